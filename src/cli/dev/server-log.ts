import type { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

export type LogOutput = Writable & { readonly isTTY?: boolean };

/** What the server writes, on its way to the terminal. */
export interface ServerLog {
  take(line: string): void;
  /** The server is up: what it said on the way there is forgotten, and from here on it is heard. */
  open(): void;
  /** The server was told to end: nothing more of it is of interest. */
  mute(): void;
}

/**
 * Keeps the server's long greeting back. When something goes wrong before it is up, all of it is shown, and what
 * follows too.
 */
export function createServerLog(output: LogOutput): ServerLog {
  let held: string[] | null = [];
  let isMuted = false;
  const write = (line: string) => {
    output.write(`${output.isTTY === true ? line : stripVTControlCharacters(line)}\n`);
  };
  return {
    take(line) {
      // Our own question whether it is up.
      if (isMuted || / GET \/ok\b/.test(line)) return;
      if (held === null) write(line);
      else {
        held.push(line);
        if (!/\berror\b/i.test(stripVTControlCharacters(line))) return;
        for (const earlier of held) write(earlier);
        held = null;
      }
    },
    open() {
      held = null;
    },
    mute() {
      isMuted = true;
    },
  };
}
