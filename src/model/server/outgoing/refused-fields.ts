import { recordsOf, type JsonRecord } from "../json.js";
import { keywordsIn } from "./portable-schema.js";

/** What some servers refuse besides fields. */
export const habit = {
  noDeveloper: "role: developer",
  noSystem: "role: system",
  lateSystem: "role: system, after other messages",
  shortIds: "ids of another form",
  noReasoning: "messages without reasoning",
} as const;

const essential = new Set(
  [
    "model messages input tools response_format",
    "role content tool_calls tool_call_id id type function",
    "properties required items enum description",
  ].flatMap((line) => line.split(" ")),
);

/**
 * What a refusal names of what was sent, and the request can do without.
 *
 * @param said - The provider's sentence.
 */
export function refusedIn(said: string, sent: JsonRecord): string[] {
  const messages = recordsOf(sent["messages"]);
  const calls = messages.flatMap((message) => recordsOf(message["tool_calls"]));
  const schemas = schemasIn(sent);
  const fields = new Set([
    ...[sent, ...messages, ...calls].flatMap((part) => Object.keys(part)),
    ...schemas.flatMap((schema) => [...keywordsIn(schema)]),
    "strict",
  ]);
  // Of a message that came without it, or from another server.
  if (/missing/i.test(said) && said.includes("reasoning_content")) return [habit.noReasoning];
  const named = [...fields].filter((field) => !essential.has(field) && isNamed(field, said));
  if (sent["stream"] === true && /streaming/i.test(said)) named.push("stream");
  named.push(...refusedRoles(said, messages));
  if (
    calls.length > 0 &&
    /tool.?(?:call.?id|(?:call|use)\S*\.id).*(length|long|a-z|format|pattern|must)/is.test(said)
  )
    named.push(habit.shortIds);
  return named;
}

/** Which role of these messages a refusal is about. */
function refusedRoles(said: string, messages: readonly JsonRecord[]): string[] {
  if (messages.some(({ role }) => role === "developer") && /developer/i.test(said))
    return [habit.noDeveloper];
  const isLate = messages.slice(headOf(messages)).some(isInstruction);
  if (/only user and assistant roles/i.test(said)) return [habit.noSystem];
  // Neighbours of one role are joined, so that instructions are what does not alternate.
  if (messages.some(isInstruction) && /roles must alternate/i.test(said))
    return [isLate ? habit.lateSystem : habit.noSystem];
  const isAbout =
    messages.some(isInstruction) &&
    /\b(system|developer)\b/i.test(said) &&
    /\b(role|messages?|instructions?|prompt)\b/i.test(said);
  if (!isAbout) return [];
  if (isLate && /\b(begin\w*|first|start)\b/i.test(said)) return [habit.lateSystem];
  return /\bnot\b|n't\b|\bun\w+ed\b|unknown|invalid|one of/i.test(said) ? [habit.noSystem] : [];
}

/** How many instructions stand before all other messages. */
export function headOf(messages: readonly JsonRecord[]): number {
  const head = messages.findIndex((message) => !isInstruction(message));
  return head < 0 ? messages.length : head;
}

/** A message of the one who built the agent. */
export function isInstruction({ role }: JsonRecord): boolean {
  return role === "system" || role === "developer";
}

function schemasIn(sent: JsonRecord): unknown[] {
  const format = Object(sent["response_format"]) as JsonRecord;
  return [
    (Object(format["json_schema"]) as JsonRecord)["schema"],
    ...recordsOf(sent["tools"]).map(
      (tool) => (Object(tool["function"]) as JsonRecord)["parameters"],
    ),
  ];
}

/** A plain word counts only where it is quoted, in a path, or said to be refused. */
function isNamed(field: string, said: string): boolean {
  const word = `(?<![\\w$])${field.replaceAll(/[^\w]/g, "\\$&")}(?!\\w)`;
  if (/[_$A-Z]/.test(field)) return new RegExp(word).test(said);
  const refused = "(?:unknown|unsupported|unrecognized|unexpected|unavailable|extra|not \\w+)";
  return new RegExp(
    `["'\`.\\]]${field}(?!\\w)|${word}["'\`\\]]|${refused}\\W(?:\\w+\\W+){0,5}${word}|${word} (?:\\w+ ){0,2}${refused}`,
    "i",
  ).test(said);
}
