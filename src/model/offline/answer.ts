import { truncate } from "../../domain/text/truncate.js";
import { embedOffline, similarity } from "./offline-embeddings.js";
import { contentWords, isOwnStatement, sharedWords } from "./offline-words.js";
import { isSame, readLearnedLine, readQuestion, type TurnRequest } from "./read-prompt.js";

/** A tool as the provider is told of it: its name and the JSON schema of its arguments. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: { readonly properties?: Readonly<Record<string, unknown>> };
}

type Source = { readonly text: string; readonly say?: string };

const asksAboutThePast =
  /\b(remember|recall|last time|did i|have i|had i|do i (?:usually|often|like|prefer)|i (?:said|told|asked|chose|liked)|my (?:favou?rite|usual|last|previous)|previously|earlier|before|again|ago|yesterday|last (?:week|month|year))\b/i;
/** What a past answer to a question unlike this one counts, beside 1 for the same question. */
const anyVote = 0.05;
const usualVote = 0.5;
const sharedWordVote = 0.15;
/** How near another text must be, as a part of the nearest one's nearness, to be quoted too. */
const alsoNear = 0.6;
const stranger = "I do not know anything of you yet, so I cannot answer this for you.";
const notQuoted = /\(\d+ of \d+\)|^Said: /;
const asking = ["know", "remember", "tell", "think", "say", "said"];
const signature = "(This is the offline model; it only quotes.)";

/** The tools to call before answering, each once a turn: the memory where it is needed, both where two are demanded. */
export function chooseTools(turn: TurnRequest, offered: readonly OfferedTool[]) {
  const { question, subject, options, calledTools } = turn;
  const words = contentWords(subject).slice(0, 12);
  const known = [...turn.interactions, ...turn.lines];
  const isOpenNeed =
    asksAboutThePast.test(question) || !known.some(({ text }) => sharedWords(text, question) > 0);
  // An article to be judged may well hold "last week"; that does not ask for the past.
  const lacksMemory = options ? known.length === 0 : isOpenNeed && !isOwnStatement(question);
  const wanted = words.length > 0 && lacksMemory ? ["recall_memory"] : [];
  if (turn.asksForTwoTools) wanted.push("recall_memory", "search_wikipedia");
  return offered
    .filter(({ name }) => wanted.includes(name) && !calledTools.includes(name))
    .map(({ name, parameters: { properties = {} } }) => {
      const argument = "query" in properties ? "query" : (Object.keys(properties)[0] ?? "query");
      return { name, args: { [argument]: words.join(" ") || subject.slice(0, 100) } };
    });
}

/**
 * Chooses one of the allowed answers by votes: of past true answers by how near their question is, of lines of the
 * summary and, heavier, of learned lines. Scores take the middle of the votes, because a neighbouring score is half
 * right. Ties go to the option listed first; without any vote, to the one whose words the question uses most.
 */
export function answerClosed(turn: TurnRequest, options = turn.options ?? []): string {
  const vote = options.some(({ answer, text }) => text !== answer) ? voteForText : voteForAnswer;
  const votes = options.map(({ text }) => vote(turn, text));
  const isScale = options.every(({ answer }) => /^-?\d+(\.\d+)?$/.test(answer));
  const unknown = options.map(({ text }) => (isScale ? 1 : sharedWords(text, turn.subject)));
  const weights = votes.some((one) => one > 0) ? votes : unknown;
  const half = sum(weights) / 2;
  let seen = 0;
  const middle = weights.findIndex((weight) => (seen += weight) >= half);
  return options[isScale ? middle : weights.indexOf(Math.max(...weights))]?.answer ?? "";
}

function voteForAnswer({ subject, interactions, lines }: TurnRequest, answer: string): number {
  const alike = interactions.filter(({ groundTruth }) => isSame(groundTruth, answer));
  const near = alike.map(({ question }) => anyVote + nearness(subject, question));
  const said = lines.map(({ text, weight }) => weight * voteOfLine(text, answer, subject));
  return sum([...near, ...said]);
}

/** For an option that stands for a text: how near that is to what the user dealt with before. */
function voteForText({ interactions, lines }: TurnRequest, option: string): number {
  const near = interactions.map(({ text }) => nearness(option, text)).toSorted((a, b) => b - a);
  const said = lines.map(({ text, weight }) => weight * voteOfWords(text, option));
  // The nearest count most: one paper of the same field says more than many of others.
  return sum([...near.map((one, rank) => one / (rank + 1)), ...said]);
}

/** How much a line speaks for an answer: for the one it names first, `"4", not "5"` is a line about 4. */
export function voteOfLine(line: string, answer: string, subject: string): number {
  const quoted = /"([^"]+)"/.exec(line)?.[1];
  const isNamed = quoted === undefined ? names(line, answer) : isSame(quoted, answer);
  if (!isNamed || /^(rarely|never|not|do not|avoid)\b/i.test(line)) return 0;
  const [, count = 0, all = 1] = /\((\d+) of (\d+)\)/.exec(line) ?? [];
  const gist = readLearnedLine(line)?.when.join(" ") ?? line.replace(quoted ?? answer, " ");
  return (usualVote * Number(count)) / Math.max(1, Number(all)) + voteOfWords(gist, subject);
}

/** Whether a line without quotes names an answer; a number in it hardly ever is one. */
function names(line: string, answer: string): boolean {
  const escaped = answer.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (sign) => `\\${sign}`);
  const phrase = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "iu");
  return !/^\s*\d*\s*$/.test(answer) && phrase.test(line);
}

function voteOfWords(gist: string, text: string): number {
  return sharedWordVote * Math.min(4, sharedWords(gist, text));
}

function nearness(a: string, b: string): number {
  return Math.max(0, similarity(embedOffline(a), embedOffline(b)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** Answers by quoting what is nearest to the question in the prompt; says so, and says when there is nothing. */
export function answerOpen({ question, interactions, lines, findings }: TurnRequest): string {
  if (isOwnStatement(question)) return `Noted: ${quoted(question)}. ${signature}`;
  // "What do you know about me?" shares no word with what is known.
  const asksForAll = contentWords(question).every((word) => asking.includes(word));
  const nearTo = (text: string) =>
    asksForAll
      ? Number(isOwnStatement(text))
      : sharedWords(text, question) && nearness(text, question);
  const nearest = (begin: string, sources: readonly Source[], most: number) => {
    const ranked = sources
      .map(({ text, say = text }) => ({ say: truncate(begin + say, 500), near: nearTo(text) }))
      .filter(({ near }) => near > 0)
      .toSorted((a, b) => b.near - a.near);
    const best = ranked.filter(({ near }) => near >= alsoNear * (ranked[0]?.near ?? 0));
    // The memory tool may find what the prompt holds already.
    return [...new Set(best.map(({ say }) => say))].slice(0, most);
  };
  const past = interactions.flatMap(({ text, question: asked, groundTruth }) => {
    const about = quoted(readQuestion(asked).subject);
    if (groundTruth)
      return [{ text, say: `You answered ${quoted(groundTruth)} when you asked ${about}.` }];
    // What an assistant said to a question tells nothing of the user.
    return /\?\s*$/.test(asked) ? [] : [{ text, say: `You told me: ${about}.` }];
  });
  const known = lines.filter(({ text }) => !notQuoted.test(text));
  const said = [
    ...nearest("", past, 2),
    ...nearest("What I know of you: ", known, 2),
    ...nearest("I looked it up: ", findings, 1),
  ];
  const isKnown = interactions.length + lines.length > 0;
  const nothing = isKnown ? "Nothing that I remember of you bears on this." : stranger;
  return [...(said.length > 0 ? said : [nothing]), signature].join(" ");
}

function quoted(text: string): string {
  return `“${truncate(text, 240).replace(/[.]$/, "")}”`;
}
