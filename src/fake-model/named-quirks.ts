import { PersonaAgentError } from "../system/errors.js";
import { serverProfiles } from "./server-profiles.js";
import type { ServerQuirks } from "./server-quirks.js";

export interface NamedQuirk {
  readonly name: string;
  /** One line: what such a server does. */
  readonly about: string;
  readonly quirks: ServerQuirks;
}

const quirk = (name: string, about: string, quirks: ServerQuirks): NamedQuirk => ({
  name,
  about,
  quirks,
});

/** Every quirk by its name, as `fake-model --quirk` takes it. */
export const namedQuirks: readonly NamedQuirk[] = [
  quirk("reasoning-in-content", "reasoning stands before the answer, between <think> marks", {
    thinks: "in marks",
  }),
  quirk("reasoning-unopened", "the same, but only the closing mark </think> is sent", {
    thinks: "in unopened marks",
  }),
  quirk("reasoning-in-parts", "content is a list of parts: thinking, then text", {
    thinks: "in parts",
  }),
  quirk("reasoning-field", "reasoning stands in the field `reasoning`", { thinks: "reasoning" }),
  quirk("reasoning-content-field", "reasoning stands in the field `reasoning_content`", {
    thinks: "reasoning_content",
  }),
  quirk("reasoning-wanted-back", "refuses tool calls that come back without their reasoning", {
    thinks: "reasoning_content",
    wantsReasoningBack: true,
  }),
  quirk("empty-call-ids", "the id of a tool call is an empty text", { callIds: "empty" }),
  quirk("no-call-ids", "a tool call has no id", { callIds: "missing" }),
  quirk("same-call-ids", "all tool calls of an answer have one id", { callIds: "repeated" }),
  quirk("short-call-ids", "refuses ids of tool calls but nine letters and digits", {
    wantsShortIds: true,
  }),
  quirk("no-call-index", "streamed tool calls have no index", { callIndex: "missing" }),
  quirk("zero-call-index", "all streamed tool calls have the index 0", { callIndex: "zero" }),
  quirk("calls-in-text", "tool calls stand in the text, between <tool_call> marks", {
    writesCalls: true,
  }),
  quirk("signed-calls", "refuses tool calls that come back without their `extra_content`", {
    signsCalls: true,
  }),
  quirk("calls-every-round", "calls the first tool whenever it is offered one", {
    callsEveryRound: true,
  }),
  quirk("no-stream-options", "refuses the field `stream_options`", { refuses: ["stream_options"] }),
  quirk("no-schema-keyword", "refuses `$schema` in the parameters of tools", {
    refuses: ["$schema"],
  }),
  quirk("no-strict-bounds", "refuses bounds of numbers, texts and lists in strict schemas", {
    refusesInStrict: ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"],
  }),
  quirk("no-tools", "refuses a request that offers tools", { lacks: ["tools"] }),
  quirk("no-structured-output", "refuses `response_format`", { lacks: ["structured output"] }),
  quirk("no-system-role", "refuses a message of the role `system`", { lacks: ["system"] }),
  quirk("alternating-roles", "refuses two messages of one role in a row", { rolesAlternate: true }),
  quirk("errors-with-status-200", "every second new request first gets an error with status 200", {
    stumbles: 2,
  }),
  quirk("errors-in-a-list", "an error's object is in a list", { listsErrors: true }),
  quirk("usage-always", "a stream's usage comes with its last piece, asked for or not", {
    usage: "always",
  }),
  quirk("usage-in-x-groq", "a stream's usage stands in the field `x_groq`", { usage: "x_groq" }),
  quirk("no-embeddings", "refuses embeddings", { lacks: ["embeddings"] }),
  quirk("ten-embeddings", "takes at most 10 inputs in an embeddings request", {
    embeds: { inputs: 10 },
  }),
  quirk("short-embeddings", "takes at most 512 tokens in an input of embeddings", {
    embeds: { tokens: 512 },
  }),
];

const profiles: Readonly<Record<string, ServerQuirks>> = serverProfiles;

/**
 * A profile with more quirks.
 *
 * @param profile - A name of `serverProfiles`, in any case.
 * @throws {PersonaAgentError} `config-invalid` for an unknown name, and for two quirks that exclude each other.
 */
export function quirksNamed(profile: string, names: readonly string[]): ServerQuirks {
  const known = Object.entries(profiles);
  const base = known.find(([name]) => name.toLowerCase() === profile.toLowerCase());
  if (base === undefined)
    throw refused("--profile", profile, known.map(([name]) => name.toLowerCase()).join(", "));
  return names.map(findQuirk).reduce(combined, base[1]);
}

function findQuirk(wanted: string): NamedQuirk {
  const found = namedQuirks.find(({ name }) => name === wanted);
  if (found === undefined) throw refused("--quirk", wanted, "a name that --list shows");
  return found;
}

/** Lists and limits add up; of the rest there can be one. */
function combined(all: ServerQuirks, { name, quirks }: NamedQuirk): ServerQuirks {
  const either = (["thinks", "callIds", "callIndex", "usage"] as const).find(
    (key) => quirks[key] !== undefined && all[key] !== undefined && all[key] !== quirks[key],
  );
  if (either !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `--quirk ${name} excludes another quirk, or one of the profile; expected one of a kind. Leave one of them out.`,
    );
  const lists = (["refuses", "refusesInStrict", "lacks"] as const).flatMap((key) =>
    quirks[key] === undefined ? [] : [[key, [...(all[key] ?? []), ...quirks[key]]] as const],
  );
  const embeds = quirks.embeds && { embeds: { ...all.embeds, ...quirks.embeds } };
  return { ...all, ...quirks, ...Object.fromEntries(lists), ...embeds };
}

function refused(option: string, given: string, expected: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-invalid",
    `${option} is ${JSON.stringify(given.slice(0, 60))}; expected ${expected}. Correct it.`,
  );
}
