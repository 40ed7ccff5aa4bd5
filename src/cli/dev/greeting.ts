import { programName } from "../../system/own-program.js";
import { type TerminalStream, terminalOf } from "../output/terminal.js";
import type { DevServerInfo } from "./run-dev-server.js";

/** What `dev` says once it answers: every address of it, and how to ask from the command line. */
export function writeGreeting(
  stdout: TerminalStream,
  { url, model, embeddings, dataDir, signIn }: DevServerInfo,
): void {
  const { colors, write } = terminalOf(stdout);
  const lines = [
    ["API", colors.cyan(url)],
    ["console", colors.cyan(`${url}/console`)],
    ["Studio", colors.cyan(`https://smith.langchain.com/studio?baseUrl=${url}`)],
    ["model", `${model}, embeddings ${embeddings}`],
    ["data", dataDir],
    ["sign-in", signIn ? "on" : "off; only this machine reaches the server"],
    [
      "ask",
      `${signIn ? "PERSONA_AGENT_API_KEY=... " : ""}${programName(import.meta.url)} ask --url ${url} --user ada "What do you know about me?"`,
    ],
  ];
  write(`\n  ${colors.green("The agent is up.")} Ctrl-C ends all of it.\n`);
  for (const [name = "", value = ""] of lines) write(`  ${colors.bold(name.padEnd(9))}${value}`);
  write("");
}
