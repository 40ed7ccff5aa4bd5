import { hasSomethingRelevant } from "./answer-open.js";
import { readOptions } from "./options.js";
import type { ReadRequest } from "./request-reading.js";
import { contentWords } from "./words.js";

/** A tool as the provider is told of it: its name and the JSON schema of its arguments. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ChosenCall {
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
}

const asksAboutThePast =
  /\b(remember|recall|last time|did i|have i|had i|do i (?:usually|often|like|prefer)|i (?:said|told|asked|chose|liked)|my (?:favou?rite|usual|last|previous)|previously|earlier|before|again|ago|yesterday|last (?:week|month|year))\b/i;
const searchWords = 12;

/**
 * The tools to call before answering, each at most once in a turn: the memory when the message is about the
 * past or the prompt holds nothing that bears on it; memory and Wikipedia when two tools are demanded.
 */
export function chooseTools(request: ReadRequest, offered: readonly OfferedTool[]): ChosenCall[] {
  const wanted = request.asksForTwoTools
    ? ["recall_memory", "search_wikipedia"]
    : asksAboutThePast.test(request.question) || !hasSomethingRelevant(request)
      ? ["recall_memory"]
      : [];
  const subject = readOptions(request.question)?.subject ?? request.question;
  const query = contentWords(subject).slice(0, searchWords).join(" ") || subject.slice(0, 100);
  return offered
    .filter(({ name }) => wanted.includes(name) && !request.calledTools.includes(name))
    .map(({ name, parameters }) => ({ name, args: { [textArgument(parameters)]: query } }));
}

/** The argument that takes the search: `query` where there is one, else the first. */
function textArgument(parameters: OfferedTool["parameters"]): string {
  const names = Object.keys(parameters["properties"] ?? {});
  return names.includes("query") ? "query" : (names[0] ?? "query");
}
