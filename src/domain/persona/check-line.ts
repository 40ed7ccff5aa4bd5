import { findInvisibleText } from "./invisible-text.js";
import { findPromptInjection, promptMarkup } from "./prompt-injection.js";
import { findMemorization, type BatchItem } from "./memorization.js";
import type { PersonaLimits } from "./persona-limits.js";
import type { PersonaLine } from "./persona-checkpoint.js";
import type { LineRejection, LineRejectionKind } from "./line-rejection.js";
import { likeness, stem, wordsIn } from "../text/text-similarity.js";
import { truncate } from "../text/truncate.js";

/** What a proposed line is checked against. */
export interface LineCheckContext {
  /** The items of the batch; the first has number 1. */
  readonly batch: readonly BatchItem[];
  /** The sentences of the persona that are fixed by configuration. */
  readonly fixedRules: readonly string[];
  /** Names of the tools that a line may be about. */
  readonly tools: readonly string[];
  readonly limits: PersonaLimits;
  /** Finds a word that only others can have brought in; see `othersWordFinder`. */
  readonly othersWord?: (text: string) => string | null;
  /** Whether lines with instructions, repeated rules or lines, memorised items, or words of others are rejected. True by default. */
  readonly checksContent?: boolean;
}

/** From here on two lines say the same: one word in seven may differ. */
const sameLikeness = 0.85;
/** Share of a line's words in a fixed rule from which on the line repeats the rule. */
const repeatedShare = 0.8;
const shownLength = 300;

/**
 * Why a line is rejected; `null` when it is not. Its evidence is checked where item numbers become episode ids.
 *
 * @param line - Tidied text, and the evidence that it would have.
 * @param others - The other lines of the persona.
 */
export function checkLine(
  line: PersonaLine,
  others: readonly PersonaLine[],
  { batch, fixedRules, tools, limits, othersWord, checksContent = true }: LineCheckContext,
): LineRejection | null {
  const { text, tool } = line;
  const refuse = (kind: LineRejectionKind, reason: string) => rejectLine(kind, text, reason);
  if (wordsIn(text).length === 0)
    return refuse("empty", "The line has no words; write one statement or leave it out.");
  if (text.length > limits.maxLineLength)
    return refuse(
      "too-long",
      `The line has ${text.length} characters; at most ${limits.maxLineLength} are taken. Say one thing, briefly.`,
    );
  if (tool !== null && !tools.includes(tool))
    return refuse(
      "unknown-tool",
      `There is no tool of the name given; expected ${tools.length === 0 ? "no tool" : `one of: ${tools.join(", ")}, or none`}.`,
    );
  const hidden = findInvisibleText(text);
  if (hidden !== null)
    return refuse(
      "hidden-text",
      `The line holds ${hidden}; write plain words that a person can read.`,
    );
  const markup = promptMarkup(text);
  if (markup !== null)
    return refuse("markup", `The line holds ${markup}; write plain words without markup.`);
  if (!checksContent) return null;
  const instruction = findPromptInjection(text);
  if (instruction !== null)
    return refuse(
      "instruction",
      `The line ${instruction}; a line only describes this user and how they want to be answered.`,
    );
  const brought = othersWord?.(text) ?? null;
  if (brought !== null)
    return refuse(
      "others-words",
      `The line holds "${truncate(brought, shownLength)}", which only an assistant, a tool or another person wrote; say it in words that rest on what the user wrote.`,
    );
  const rule = fixedRules.find((each) => repeats(text, each));
  if (rule !== undefined)
    return refuse(
      "repeats-rule",
      `The line repeats the fixed rule "${truncate(rule, shownLength)}"; say only what is particular to this user.`,
    );
  const same = others.find((other) => other.tool === tool && saysTheSame(text, other.text));
  if (same !== undefined)
    return refuse(
      "duplicate",
      `The line says the same as "${truncate(same.text, shownLength)}"; keep one of them.`,
    );
  const memorised = findMemorization(line, batch);
  if (memorised !== null)
    return refuse(
      "memorises",
      `The line ${memorised.what} of item ${memorised.number}, which holds for that item only; say what it shows about the user in general words.`,
    );
  return null;
}

/** @param line - As proposed; `null` for the whole candidate. */
export function rejectLine(
  kind: LineRejectionKind,
  line: string | null,
  reason: string,
): LineRejection {
  return { kind, line: line === null ? null : truncate(line, shownLength), reason };
}

/** Removes line breaks, list marks and spaces at the ends: a line takes one line of a prompt. */
export function tidyLine(text: string): string {
  return text
    .replaceAll(/[\t\n\r\f\v \u00A0\u2028\u2029]+/g, " ")
    .trim()
    .replace(/^(?:[-*•]|\d{1,2}[.)])\s+/, "")
    .trim();
}

function repeats(text: string, rule: string): boolean {
  const words = wordsIn(text).map(stem);
  if (words.length < 3) return false;
  const ruleWords = new Set(wordsIn(rule).map(stem));
  return words.filter((word) => ruleWords.has(word)).length / words.length >= repeatedShare;
}

/** A number or a "not" in only one of them makes it another statement. */
function saysTheSame(a: string, b: string): boolean {
  const [first, second] = [wordsIn(a), wordsIn(b)];
  const decisive = (words: readonly string[]) =>
    words
      .filter((word) => /\d/.test(word) || negations.has(word))
      .toSorted()
      .join(" ");
  if (decisive(first) !== decisive(second)) return false;
  return likeness(first.map(stem), second.map(stem)) >= sameLikeness;
}

const negations = new Set(
  "no not never neither nor without hardly rarely seldom unless except dislikes avoids low high less more fewer least most".split(
    " ",
  ),
);
