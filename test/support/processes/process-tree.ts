import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** `Z` for one that has ended and that nobody has asked about yet. */
  readonly state: string;
}

/** The process and all below it, as they are now. */
export function processTree(pid: number): number[] {
  const all = listProcesses();
  const below = (parent: number): number[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each.pid, ...below(each.pid)]);
  return [pid, ...below(pid)];
}

/** Those of the processes that still run. */
export function stillRunning(pids: readonly number[]): number[] {
  const running = new Set(
    listProcesses().flatMap(({ pid, state }) => (state.startsWith("Z") ? [] : [pid])),
  );
  return pids.filter((pid) => running.has(pid));
}

function listProcesses(): Process[] {
  if (!existsSync("/proc/self/stat"))
    return execFileSync("ps", ["-Ao", "pid=,ppid=,stat="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => {
        const [pid, parent, state = ""] = line.trim().split(/\s+/);
        return { pid: Number(pid), parent: Number(parent), state };
      });
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The program's name stands in brackets, and may hold anything.
      const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [{ pid: Number(name), parent: Number(parent), state }];
    } catch {
      return [];
    }
  });
}
