/**
 * A model server on the loopback with the quirks of a real one, to try a client against by hand until Ctrl-C. It
 * calls the first tool that it is offered once, and then says what `--say` gives; every text has a vector.
 *
 *   npx tsx bench/fake-model.ts --profile Gemini
 *   npx tsx bench/fake-model.ts --quirks '{"thinks": "in marks", "rolesAlternate": true}' --say "The third one."
 *
 * Profiles and quirks by name: test/support/servers/server-profiles.ts, test/support/servers/server-quirks.ts.
 */
import { parseArgs } from "node:util";
import { type OpenAiReply, startOpenAiServer } from "../test/support/servers/openai-server.js";
import { serverProfiles } from "../test/support/servers/server-profiles.js";
import type { ServerQuirks } from "../test/support/servers/server-quirks.js";

const { values } = parseArgs({
  options: {
    profile: { type: "string", default: "OpenAI" },
    quirks: { type: "string", default: "{}" },
    say: { type: "string", default: "The third one." },
  },
});
const profiles: Readonly<Record<string, ServerQuirks>> = serverProfiles;
const profile = profiles[values.profile];
if (profile === undefined)
  throw new Error(`--profile is one of ${Object.keys(profiles).join(", ")}.`);
const quirks = { ...profile, ...(JSON.parse(values.quirks) as ServerQuirks) };

interface Asked {
  readonly messages?: readonly { readonly role: string }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

const server = await startOpenAiServer(
  ({ path, body }): OpenAiReply => {
    if (path.endsWith("/embeddings"))
      return { kind: "embeddings", vectorOf: (text) => [1, text.length, text.length % 7] };
    const { messages = [], tools = [] } = body as Asked;
    const [tool] = tools;
    if (tool === undefined || messages.at(-1)?.role === "tool")
      return { kind: "message", text: values.say };
    return { kind: "message", toolCalls: [{ name: tool.function.name, args: { query: "films" } }] };
  },
  {},
  quirks,
);
console.log(`export MODEL=openai:fake OPENAI_BASE_URL=${server.url}`);
