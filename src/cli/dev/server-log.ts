import { stripVTControlCharacters } from "node:util";
import type { TerminalStream } from "../output/terminal.js";

/**
 * The server's output on its way to the terminal. Its long greeting is held back; if an error comes before it is up,
 * everything is shown.
 */
export function createServerLog(output: TerminalStream) {
  let held: string[] | null = [];
  let isMuted = false;
  const write = (line: string) => {
    output.write(`${output.isTTY === true ? line : stripVTControlCharacters(line)}\n`);
  };
  return {
    take(line: string) {
      // Our own polling.
      if (isMuted || / GET \/ok\b/.test(line)) return;
      if (held === null) write(line);
      else {
        held.push(line);
        if (!/\berror\b/i.test(stripVTControlCharacters(line))) return;
        for (const earlier of held) write(earlier);
        held = null;
      }
    },
    /** The server is up: drops what was held back, and shows what follows. */
    open() {
      held = null;
    },
    /** The server was asked to end: shows nothing more. */
    mute() {
      isMuted = true;
    },
  };
}
