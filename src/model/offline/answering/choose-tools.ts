import { hasSomethingRelevant } from "./answer-open.js";
import { readOptions } from "./options.js";
import type { ReadRequest } from "./request-reading.js";
import { contentWords, isOwnStatement } from "../offline-words.js";

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
 * The tools to call before answering, each at most once in a turn: the memory when an open question is about
 * the past or the prompt holds nothing that bears on it; memory and Wikipedia when two tools are demanded.
 */
export function chooseTools(request: ReadRequest, offered: readonly OfferedTool[]): ChosenCall[] {
  const closed = readOptions(request.question);
  const subject = closed?.subject ?? request.question;
  const words = contentWords(subject).slice(0, searchWords);
  const wanted = new Set<string>();
  if (request.asksForTwoTools) wanted.add("recall_memory").add("search_wikipedia");
  else if (words.length > 0 && lacksMemory(request, closed !== null)) wanted.add("recall_memory");
  const query = words.length > 0 ? words.join(" ") : subject.slice(0, 100);
  return offered
    .filter(({ name }) => wanted.has(name) && !request.calledTools.includes(name))
    .map(({ name, parameters }) => ({ name, args: { [textArgument(parameters)]: query } }));
}

/** An article to be judged may well hold "last week" or "remember"; that does not ask for the past. */
function lacksMemory(request: ReadRequest, isClosed: boolean): boolean {
  const { interactions, summary, preferences } = request;
  if (isClosed) return interactions.length + summary.length + preferences.length === 0;
  if (isOwnStatement(request.question)) return false;
  return asksAboutThePast.test(request.question) || !hasSomethingRelevant(request);
}

/** The argument that takes the search: `query` where there is one, else the first. */
function textArgument(parameters: OfferedTool["parameters"]): string {
  const names = Object.keys(parameters["properties"] ?? {});
  return names.includes("query") ? "query" : (names[0] ?? "query");
}
