import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { processTree } from "../../test/support/processes/process-tree.js";

/** One line that a contestant is sent, where it takes turns and searches; see serve-orders.mjs. */
export interface ContestantOrder {
  readonly do: "turn" | "fill" | "search";
  readonly user: string;
  readonly text?: string;
  readonly texts?: readonly string[];
  readonly thread?: string;
}

export interface Contestant<Order = ContestantOrder> {
  /** How long it took, in milliseconds, and what came of it. One order at a time. */
  order(order: Order): Promise<{ readonly ms: number; readonly result: unknown }>;
  /** Resident memory now, of the process and of those that it started, in MB (2^20 bytes). Linux only. */
  resident(): Promise<{ readonly own: number; readonly started: number }>;
  /** Waits until it has ended. */
  end(): Promise<void>;
}

export async function startContestant<Order extends object = ContestantOrder>(
  [command = "", ...program]: readonly string[],
  words: readonly string[],
): Promise<Contestant<Order>> {
  const child = spawn(command, [...program, ...words], {
    // Neither mem0 nor Mastra tells its makers of this.
    env: { ...process.env, MEM0_TELEMETRY: "false", MASTRA_TELEMETRY_DISABLED: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${words.join(" ")} ended.`);
      // Libraries print notes of their own.
      if (value.startsWith("{"))
        return JSON.parse(value) as { ms?: number; result?: unknown; error?: string };
    }
  };
  await nextLine();
  return {
    async order(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const { ms, result, error } = await nextLine();
      if (ms === undefined) throw new Error(error);
      return { ms, result };
    },
    async resident() {
      const [own = Number.NaN, ...started] = await Promise.all(
        processTree(child.pid ?? Number.NaN).map(residentMb),
      );
      return { own, started: started.reduce((sum, each) => sum + each, 0) };
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}
