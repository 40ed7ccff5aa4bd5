import stringWidth from "string-width";
import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { textTerms } from "../../domain/text/search-terms.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";
import { notAllowedAnswer, printFeedback } from "./feedback.js";

interface UserOptions extends ServerOption {
  readonly user: string;
}

type ShownEpisode = VerbOutput<"list">[number];

export async function runList(
  { user, limit, url }: UserOptions & { readonly limit?: number },
  context: CommandContext,
): Promise<void> {
  const episodes = await withVerbs(context, { url }, (call) => call("list", { user, limit }));
  if (context.json) writeJson(context, episodes);
  else writeEpisodes(context, user, episodes);
}

export async function runSearch(
  { user, limit, url }: UserOptions & { readonly limit?: number },
  context: CommandContext,
  words: readonly string[],
): Promise<void> {
  const text = parseMessageText(words.join(" "), "The text to search for");
  let degraded: readonly string[] = [];
  const onDegraded = (kinds: readonly string[]) => (degraded = kinds);
  const found = await withVerbs(context, { url }, (call) =>
    call("search", { user, text, limit }, { onDegraded }),
  );
  if (context.json) writeJson(context, found);
  else {
    if (found.length > 0 && !shareWord(text, found))
      context.stdout.write("No interaction has a word of this text; the nearest ones are:\n");
    writeEpisodes(context, user, found);
  }
  if (degraded.length > 0)
    context.stderr.write(`persona-agent: searched by words only (${degraded.join(", ")}).\n`);
}

/** Whether any of the interactions has a word of the text, in any form that search knows. */
function shareWord(text: string, episodes: readonly ShownEpisode[]): boolean {
  const wanted = new Set(textTerms(text));
  return episodes.some(({ query, response, answer }) =>
    textTerms([query, response, answer].join("\n")).some((term) => wanted.has(term)),
  );
}

export async function runAdd(
  {
    user,
    url,
    ...interaction
  }: UserOptions & Pick<VerbInput<"remember">, "answer" | "response" | "at" | "id" | "foreign">,
  context: CommandContext,
  words: readonly string[],
): Promise<void> {
  const query = parseMessageText(words.join(" "), "The query");
  const stored = await withVerbs(
    context,
    { url },
    (call) => call("remember", { user, query, ...interaction }),
    { mustExist: false },
  );
  if (context.json) writeJson(context, stored);
  else {
    writeEpisodes(context, user, [stored]);
    if (stored.answerKind === "not-allowed") context.stdout.write(`${notAllowedAnswer}\n`);
  }
}

export async function runCorrect(
  { user, url, answer, author }: UserOptions & Pick<VerbInput<"correct">, "answer" | "author">,
  context: CommandContext,
  id: string,
): Promise<void> {
  const result = await withVerbs(context, { url }, (call) =>
    call("correct", { user, id, answer, author }),
  );
  printFeedback(context, result);
}

export async function runDelete(
  { user, url }: UserOptions,
  context: CommandContext,
  id: string,
): Promise<void> {
  const forgotten = await withVerbs(context, { url }, (call) => call("forget", { user, id }));
  if (context.json) writeJson(context, forgotten);
  else context.stdout.write(`Deleted ${id}.${describeForgotten(forgotten)}\n`);
}

function describeForgotten({ statements, lines, responses, sameIn }: VerbOutput<"forget">): string {
  const gone = [
    ...(statements > 0 ? [counted(statements, "statement")] : []),
    ...(lines > 0 ? [counted(lines, "learned line")] : []),
    ...responses.map((id) => `the response of ${id}`),
  ];
  const left = `Interactions that may say the same, and stay: ${sameIn.join(", ")}. Delete what is to be forgotten too.`;
  return [
    ...(gone.length > 0 ? [`With it went ${gone.join(", ")}.`] : []),
    ...(sameIn.length > 0 ? [left] : []),
  ]
    .map((line) => `\n${line}`)
    .join("");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function writeEpisodes(
  { stdout }: CommandContext,
  user: string,
  episodes: readonly ShownEpisode[],
): void {
  const { width, write } = terminalOf(stdout);
  if (episodes.length === 0) write(`No interaction of ${JSON.stringify(user)} was found.`);
  for (const episode of episodes) {
    const { id, at, query, answer, response } = episode;
    const day = at?.slice(0, 10) ?? "undated   ";
    const reply = answer ?? response;
    const shownReply =
      reply === null ? "" : `  → ${printableLine(reply, 30)}${feedbackNote(episode)}`;
    const question = printableLine(
      parseQuestion(query).subject,
      width - 40 - stringWidth(shownReply),
    );
    write(`${id}  ${day}  ${question}${shownReply}`);
  }
}

/** Marks feedback that nobody gave, with the model's confidence, and a rejection or correction, with its reason. */
function feedbackNote({ rejected, reason, inferred }: ShownEpisode): string {
  if (inferred !== null) return ` (inferred: ${inferred.kind}, ${inferred.confidence.toFixed(2)})`;
  const why = reason === null ? "" : `: ${printableLine(reason, 40)}`;
  if (rejected) return ` (rejected${why})`;
  // Only a rejection and a correction have a reason.
  return reason === null ? "" : ` (corrected${why})`;
}
