import { once } from "node:events";
import { namedQuirks, quirksNamed } from "../../fake-model/named-quirks.js";
import { offlineReplies } from "../../fake-model/offline-replies.js";
import { type OpenAiServer, startOpenAiServer } from "../../fake-model/openai-server.js";
import { readScript } from "../../fake-model/read-script.js";
import { serverProfiles } from "../../fake-model/server-profiles.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";

interface FakeModelOptions {
  readonly profile: string;
  readonly quirk: readonly string[];
  readonly script?: string;
  readonly port: number;
  /** Seconds. */
  readonly wait: number;
  readonly list?: true;
}

/** Serves until the signal. Nothing is stored, and no data folder is opened. */
export async function runFakeModel(
  { profile, quirk: names, script, port, wait, list }: FakeModelOptions,
  context: CommandContext,
): Promise<void> {
  if (list) return writeList(context);
  const { json, signal, stdout } = context;
  const quirks = quirksNamed(profile, names);
  const replies = script === undefined ? [] : await readScript(script);
  const server = await start(
    offlineReplies(replies, quirks),
    { port, waitMs: wait * 1_000 },
    quirks,
  );
  try {
    const { url } = server;
    if (json) writeJson(context, { url, profile: profile.toLowerCase(), quirks: names });
    else stdout.write(`${url}\n`);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.close();
  }
}

async function start(...parts: Parameters<typeof startOpenAiServer>): Promise<OpenAiServer> {
  try {
    return await startOpenAiServer(...parts);
  } catch (cause) {
    const { code = "no reason" } = cause as NodeJS.ErrnoException;
    throw new PersonaAgentError(
      "config-invalid",
      `The port ${parts[1]?.port ?? 0} cannot be listened on (${code}); expected a free one. Name another with --port, or leave it out.`,
      { cause },
    );
  }
}

/** What `fake-model --list` prints. With `--json` this shape is a contract. */
function writeList(context: CommandContext): void {
  const profiles = Object.keys(serverProfiles).map((name) => name.toLowerCase());
  const quirks = namedQuirks.map(({ name, about }) => ({ name, about }));
  if (context.json) return writeJson(context, { profiles, quirks });
  const lines = quirks.map(({ name, about }) => `${name.padEnd(25)}${about}`);
  context.stdout.write(`profiles: ${profiles.join(", ")}\n${lines.join("\n")}\n`);
}
