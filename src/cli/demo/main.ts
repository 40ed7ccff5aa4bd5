import { Console } from "node:console";
import { PersonaAgentError } from "../../errors.js";
import { createScreen, silentScreen } from "./screen.js";

const { argv, env, stdout, stderr } = process;
const json = argv.includes("--json");

// Libraries print notes of their own; the output belongs to the demo alone.
globalThis.console = new Console(stderr, stderr);

const stopping = new AbortController();
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
let code: number | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Once more: whoever asks twice wants it now. The embedded services end with their parent.
    if (stopping.signal.aborted) process.exit(exitCodes[signal]);
    code = exitCodes[signal];
    stopping.abort(new DOMException(`Stopped by ${signal}.`, "AbortError"));
  });
// `npm run demo | head` has seen enough.
stdout.on("error", () => process.exit(0));

try {
  const screen = json ? silentScreen : createScreen(stdout);
  screen.opening();
  // Only now: the heavy parts take a moment, and nobody should look at an empty screen meanwhile.
  const { runDemo } = await import("./run-demo.js");
  const report = await runDemo({ env, screen, signal: stopping.signal });
  const seconds = Math.round(performance.now()) / 1_000;
  screen.closing(seconds);
  if (json) stdout.write(`${JSON.stringify({ ...report, seconds })}\n`);
  code = 0;
} catch (error) {
  code ??= 1;
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`persona-agent demo: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
  if (json && !stopping.signal.aborted) {
    const name = PersonaAgentError.is(error) ? error.code : "unexpected";
    stdout.write(`${JSON.stringify({ error: { code: name, message } })}\n`);
  }
}
// A library's idle timer or kept-alive connection must not hold the process when the work is done.
stdout.write("", () => process.exit(code));
