import type { BaseMessage } from "@langchain/core/messages";
import {
  type PersonaUpdate,
  personaUpdateSchema,
} from "../../../prompts/learning/textual-gradient.js";
import {
  type CurrentLine,
  readUpdateRequest,
  type ReadUpdateRequest,
} from "./alignment-reading.js";
import {
  isAboutSame,
  type LearnedLine,
  mergeLearned,
  readLearnedLine,
  writeLearnedLine,
} from "./learned-line.js";
import { findRecurring, type Recurring } from "./recurring.js";

type Change = PersonaUpdate["changes"][number];

const mostChanges = 3;
/** With fewer the batch shows nothing but chance. */
const leastWrong = 2;

/**
 * Rewrites learned lines by counting: a line for each answer whose questions share words, merged into the line there
 * is for that answer; a line that misled more than it helped is written anew or goes. Keeps the lines when nearly all
 * was right, when nothing recurs, and when all that recurs was rejected before.
 */
export function answerUpdate(messages: readonly BaseMessage[]): PersonaUpdate {
  const request = readUpdateRequest(messages);
  const wrong = request.items.filter(({ isRight }) => !isRight).length;
  if (wrong < leastWrong) return keep("Nearly all answers are right.");
  const recurring = findRecurring(request.items);
  const proposed = [
    ...recurring.map((found) => changeFor(found, request.lines)),
    ...removals(request.lines, recurring),
  ].filter((change) => isNews(change, request));
  const changes = within(proposed, request);
  if (changes.length === 0) return keep("Nothing recurs that the lines do not say.");
  return personaUpdateSchema.parse({
    pattern: recurring
      .slice(0, mostChanges)
      .map(({ line, items }) => `Items ${items.join(", ")}: ${writeLearnedLine(line)}`)
      .join(" "),
    decision: "change",
    reason: `${wrong} of ${request.items.length} answers are wrong, and what is changed recurs in them.`,
    changes,
  });
}

function keep(reason: string): PersonaUpdate {
  return { pattern: "", decision: "keep", reason, changes: [] };
}

/** Merges into the line there is about the same answer, if it is in our own wording; one that misled is replaced. */
function changeFor({ line, items }: Recurring, lines: readonly CurrentLine[]): Change {
  const about = { tool: null, items: [...items] };
  const current = lines.find((each) => isAbout(each, line));
  const older = current === undefined ? null : readLearnedLine(current.text);
  const keepsEvidence = current !== undefined && !isMisleading(current);
  const text = writeLearnedLine(keepsEvidence && older !== null ? mergeLearned(line, older) : line);
  const kind = current === undefined ? "add" : "change";
  return { kind, line: current?.number ?? null, text, keepsEvidence, ...about };
}

function removals(lines: readonly CurrentLine[], recurring: readonly Recurring[]): Change[] {
  const nothing = { text: null, tool: null, items: [], keepsEvidence: false };
  return lines
    .filter((each) => isMisleading(each) && !recurring.some(({ line }) => isAbout(each, line)))
    .map(({ number }) => ({ kind: "remove", line: number, ...nothing }));
}

function isAbout({ text }: CurrentLine, line: LearnedLine): boolean {
  const learned = readLearnedLine(text);
  return learned !== null && isAboutSame(learned, line);
}

function isMisleading({ helped, misled }: CurrentLine): boolean {
  return misled > helped;
}

/** Neither there already nor rejected before. */
function isNews({ line, text }: Change, { lines, rejected }: ReadUpdateRequest): boolean {
  const before = lines.find(({ number }) => number === line)?.text;
  if (text === null) return !rejected.includes(`Removed: ${before}`);
  const isSaidIn = (each: string) =>
    each === `Added: ${text}` ||
    /^Changed: .* -> (.*)$/.exec(each)?.[1] === text ||
    each.startsWith(`Refused: ${text} (`);
  return text !== before && !rejected.some(isSaidIn);
}

/** A few changes at a time, so that their validation tells which were good; what is removed makes room. */
function within(changes: readonly Change[], { lines, maxLines }: ReadUpdateRequest): Change[] {
  const of = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind);
  const left = lines.length - of("remove").length;
  const written = [...of("change"), ...of("add").slice(0, Math.max(0, maxLines - left))];
  // Without any line there would be no persona left to compare.
  return left + written.length === 0 ? [] : [...of("remove"), ...written.slice(0, mostChanges)];
}
