import type { Writable } from "node:stream";
import { SingleBar } from "cli-progress";

export interface ProgressBar {
  /** Shows how far `part` is; another part begins a new bar. The total may change meanwhile. */
  update(part: string, done: number, total: number): void;
  /** Removes the bar. May be called again. */
  stop(): void;
}

/** A bar on a terminal; nothing at all where `stream` is none. */
export function createProgressBar(stream: Writable & { readonly isTTY?: boolean }): ProgressBar {
  if (stream.isTTY !== true) return { update: () => {}, stop: () => {} };
  let current: { readonly part: string; readonly bar: SingleBar } | null = null;
  const stop = () => {
    current?.bar.stop();
    current = null;
  };
  return {
    update(part, done, total) {
      if (current?.part !== part) {
        stop();
        const bar = new SingleBar({
          stream: stream as NodeJS.WriteStream,
          format: `{bar} {percentage}% · {value}/{total} ${part} · {eta_formatted} left`,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          barsize: 28,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done);
        current = { part, bar };
      } else {
        current.bar.setTotal(total);
        current.bar.update(done);
      }
    },
    stop,
  };
}
