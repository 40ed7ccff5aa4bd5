import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { neverAligned, type RunOwner } from "../../../src/domain/alignment/alignment-status.js";
import { isAbandoned, thisProcess } from "../../../src/app/alignment-runs/run-owner.js";

const now = new Date("2026-05-01T10:00:00.000Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const running = (worker: RunOwner | null, minutes = 0) =>
  isAbandoned(
    { ...neverAligned, status: "running", at: minutesAgo(minutes), runOwner: worker },
    now,
  );

describe("a run that is recorded as running", () => {
  it("is abandoned when its process has ended, was interrupted, or had the process id before", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    expect(running({ ...thisProcess, pid })).toBe(true);
    expect(running(null)).toBe(true);
    expect(running({ ...thisProcess, startedAt: minutesAgo(9) })).toBe(true);
  });

  it("is not abandoned while its process runs", () => {
    expect(running(thisProcess, 14)).toBe(false);
    expect(running({ ...thisProcess, pid: process.ppid })).toBe(false);
  });

  it("is abandoned after 15 minutes without a heartbeat, even if another program has the process id", () => {
    const elsewhere = { ...thisProcess, host: "another" };
    expect([14, 15].map((minutes) => running(elsewhere, minutes))).toEqual([false, true]);
    expect([14, 15].map((minutes) => running(thisProcess, minutes))).toEqual([false, true]);
    const reused = { ...thisProcess, pid: process.ppid };
    expect([14, 15].map((minutes) => running(reused, minutes))).toEqual([false, true]);
  });
});
