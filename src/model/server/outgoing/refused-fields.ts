import { recordsOf, type JsonRecord } from "../json.js";
import { keywordsIn } from "./portable-schema.js";

/** What some servers refuse besides fields. */
export const habit = {
  noDeveloper: "role: developer",
  noSystem: "role: system",
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
  const has = (role: string) => messages.some((message) => message["role"] === role);
  if (has("developer") && /developer/i.test(said)) named.push(habit.noDeveloper);
  else if (
    (has("system") || has("developer")) &&
    /(system|developer) \w*.{0,24}(not|n't|un) ?(be )?(support|enabl|allow)|not support.{0,20}system/i.test(
      said,
    )
  )
    named.push(habit.noSystem);
  if (calls.length > 0 && /tool.?call.?id.*(length|a-z|format|pattern|must)/is.test(said))
    named.push(habit.shortIds);
  return named;
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
