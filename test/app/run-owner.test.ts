import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { neverAligned, type Worker } from "../../src/domain/alignment/alignment-status.js";
import { isAbandoned, thisWorker } from "../../src/app/alignment-runs/run-owner.js";

const now = new Date("2026-05-01T10:00:00.000Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const running = (worker: Worker | null, minutes = 0) =>
  isAbandoned({ ...neverAligned, status: "running", at: minutesAgo(minutes), worker }, now);

describe("a run that its record says is running", () => {
  it("is nobody's when its process is gone, was cut off, or was another with that number", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    expect(running({ ...thisWorker, pid })).toBe(true);
    expect(running(null)).toBe(true);
    expect(running({ ...thisWorker, startedAt: minutesAgo(9) })).toBe(true);
  });

  it("is somebody's while its process is there", () => {
    expect(running(thisWorker, 14)).toBe(false);
    expect(running({ ...thisWorker, pid: process.ppid })).toBe(false);
  });

  it("is nobody's after a quarter of an hour's silence, here under the number of another program", () => {
    const elsewhere = { ...thisWorker, host: "another" };
    expect([14, 15].map((minutes) => running(elsewhere, minutes))).toEqual([false, true]);
    expect([14, 15].map((minutes) => running(thisWorker, minutes))).toEqual([false, true]);
    const reused = { ...thisWorker, pid: process.ppid };
    expect([14, 15].map((minutes) => running(reused, minutes))).toEqual([false, true]);
  });
});
