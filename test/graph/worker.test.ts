import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import {
  type AlignmentStatus,
  neverAligned,
  type Worker,
} from "../../src/domain/alignment-status.js";
import { isAliveElsewhere, thisWorker } from "../../src/graph/worker.js";
import { minuteAt } from "../support/episodes.js";

const running = (worker: Partial<Worker>): AlignmentStatus => ({
  ...neverAligned,
  status: "running",
  at: minuteAt(0),
  worker: { ...thisWorker, ...worker },
});
const now = new Date(minuteAt(10));

it("sees that a process of this machine is there, and that it is gone", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const pid = child.pid ?? 0;
  await once(child, "spawn");
  expect(isAliveElsewhere(running({ pid }), now)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAliveElsewhere(running({ pid }), now)).toBe(false);
});

it("takes a process of another user for alive", () => {
  expect(isAliveElsewhere(running({ pid: 1 }), now)).toBe(true);
});

it("takes this process for nobody else, nor an earlier one of its number", () => {
  expect(isAliveElsewhere(running({}), now)).toBe(false);
  expect(isAliveElsewhere(running({ startedAt: minuteAt(-1) }), now)).toBe(false);
});

it("takes another machine for dead after a quarter of an hour of silence", () => {
  const elsewhere = running({ host: "another-machine" });
  expect(isAliveElsewhere(elsewhere, new Date(minuteAt(14)))).toBe(true);
  expect(isAliveElsewhere(elsewhere, new Date(minuteAt(15)))).toBe(false);
});

it("looks at a run only while its record says that it is running", () => {
  expect(isAliveElsewhere({ ...running({ pid: 1 }), status: "review" }, now)).toBe(false);
  expect(isAliveElsewhere({ ...running({}), worker: null }, now)).toBe(false);
});
