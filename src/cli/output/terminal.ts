import type { Writable } from "node:stream";
import picocolors from "picocolors";

export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export type Colors = ReturnType<typeof colorsFor>;

/**
 * Colours for one stream: where it is a terminal that wants them. picocolors alone asks the environment, and
 * colours what is piped into a file as soon as `CI` is set.
 */
export function colorsFor(stream: { readonly isTTY?: boolean }) {
  return picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported);
}

/** A stream that a person reads. Its width is in columns: 60 or more, 120 where it is not known. */
export function terminalOf(stream: TerminalStream) {
  return {
    colors: colorsFor(stream),
    // Some terminals say 0 for not knowing.
    width: Math.max(60, stream.columns || 120),
    write: (line: string) => void stream.write(`${line}\n`),
  };
}
