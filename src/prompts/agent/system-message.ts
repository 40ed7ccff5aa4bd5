import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { localDay, localTime, weekdayOf } from "../../domain/local-time.js";
import type { Locale } from "../../domain/locale.js";
import { countsMark } from "../../domain/statement-counts.js";
import {
  answerNowPrompt,
  instructionsPart,
  languagePrompt,
  nowPrompt,
  paperPersonaPrompt,
  renderAgentPersona,
} from "./persona-prompt.js";
import { interactionsPart, type ShownEpisode } from "./past-interactions.js";
import { introducePart, type PromptPart, sentences } from "../prompt-part.js";
import { joinParts, quoteBlock, unquoted } from "../quote.js";

/** The parts of the persona in paper mode. */
export interface PaperPersonaParts {
  /** The profile, as lines of text; empty when nothing is known. */
  readonly summary: string;
  readonly lines: readonly PersonaLine[];
  /** The whole persona as paper mode wrote it; `null` where it wrote none. Not used in default mode. */
  readonly paperSystemPrompt: string | null;
}

export interface AgentRequestParts extends PaperPersonaParts {
  readonly mode: "default" | "paper";
  /** Of whoever runs the assistant; none unless given. */
  readonly instructions?: string;
  /** When the profile was drawn, ISO 8601 UTC. */
  readonly summaryAt: string | null;
  /** Best first, but of those that speak of much the same the newer first. */
  readonly recalled: readonly ShownEpisode[];
  /** When the turn began, ISO 8601 UTC. */
  readonly at: string | null;
  readonly locale: Locale;
  /** Whether the model may call tools in this turn, though perhaps no more. */
  readonly hasTools: boolean;
  /** True when the rounds of tool calls are used up. */
  readonly answerNow: boolean;
}

/** Stands in the paper's persona, which has a place for the summary, for a user without a profile. */
export const noSummary = "No summary of this user has been written yet.";

/**
 * @param summary - The profile, as lines of text; empty when there is none.
 * @param drawnOn - As `2024-03-09`; shown, so that what is later can be told.
 */
export function summaryPart(summary: string, drawnOn: string | null = null): PromptPart {
  return {
    tag: "user_summary",
    block: summary === "" ? "" : quoteBlock("user_summary", unquoted(summary), { at: drawnOn }),
    explanation: sentences(
      `a description of this user, drawn from their history${drawnOn === null ? "." : " up to the date it gives."}`,
      summary.includes(countsMark) &&
        `After a statement, ${countsMark}...] gives the user's true answers in the latest interactions that it rests on, counted. Where a statement and its counts disagree, the counts are right.`,
    ),
  };
}

/** The system message of one model call: the persona, and what was recalled for this turn. */
export function renderAgentRequest(parts: AgentRequestParts): string {
  const persona = parts.mode === "paper" ? paperRequest(parts) : defaultPersona(parts);
  return parts.answerNow ? `${persona}\n\n${answerNowPrompt}` : persona;
}

/** The instructions stand outside the text that paper mode rewrites. Without any, it is the agent as published. */
function paperRequest({ instructions = "", ...persona }: AgentRequestParts): string {
  const part = instructions === "" ? "" : introducePart(instructionsPart(instructions));
  return joinParts([renderPaperPersona(persona), part], "\n\n");
}

function defaultPersona({
  instructions = "",
  summary,
  summaryAt,
  lines,
  recalled,
  at,
  locale,
  hasTools,
}: AgentRequestParts): string {
  const learned = answerLines(lines);
  // A simulated turn lies before its profile; a date after today would make everything else look outdated.
  const isShown = summaryAt !== null && at !== null && summaryAt <= at;
  const drawnOn = isShown ? localDay(summaryAt, locale.timeZone) : null;
  const persona = renderAgentPersona(
    [
      summaryPart(summary, drawnOn),
      {
        tag: "learned_preferences",
        block: learned === "" ? "" : quoteBlock("learned_preferences", learned),
        explanation:
          "what was learned from how this user really answered before. Where a line applies, follow it.",
      },
      interactionsPart(recalled, locale.timeZone),
    ],
    hasTools,
    instructions,
  );
  return joinParts([persona, joinParts([presentOf(at, locale), languageOf(locale)])], "\n\n");
}

function presentOf(at: string | null, { timeZone }: Locale): string {
  if (at === null) return "";
  const weekday = weekdayOf(at, timeZone);
  return nowPrompt.render({ weekday, time: localTime(at, timeZone), timeZone });
}

function languageOf({ language }: Locale): string {
  if (language === null) return "";
  const name = new Intl.DisplayNames(["en"], { type: "language" }).of(language) ?? language;
  return languagePrompt.render({ language: name });
}

/**
 * The agent's persona in paper mode: the text that an update wrote, or else the paper's initial persona with what is
 * known of the user. `paperSystemPrompt` is not quoted: `checkPaperText` checked it before it was stored.
 */
export function renderPaperPersona({
  summary,
  lines,
  paperSystemPrompt,
}: PaperPersonaParts): string {
  if (paperSystemPrompt !== null) return paperSystemPrompt;
  const known = joinParts([summary, answerLines(lines)]);
  return paperPersonaPrompt.render({
    summary: summaryPart(known === "" ? noSummary : known).block,
  });
}

/** Lines about a tool are added to that tool's card instead. */
function answerLines(lines: readonly PersonaLine[]): string {
  return lines
    .filter(({ tool }) => tool === null)
    .map(({ text }) => `- ${unquoted(text)}`)
    .join("\n");
}
