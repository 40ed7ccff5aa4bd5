import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { localDay, localTime, weekdayOf } from "../../domain/local-time.js";
import type { Locale } from "../../domain/locale.js";
import {
  agentPrompt,
  answerNowPrompt,
  languagePrompt,
  nowPrompt,
  paperPersonaPrompt,
} from "./persona-prompt.js";
import { renderInteractions, type ShownEpisode } from "./past-interactions.js";
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
  /** When the profile was drawn, ISO 8601 UTC. */
  readonly summaryAt: string | null;
  /** Best first, but of those that speak of much the same the newer first. */
  readonly recalled: readonly ShownEpisode[];
  /** When the turn began, ISO 8601 UTC. */
  readonly at: string | null;
  readonly locale: Locale;
  /** True when the rounds of tool calls are used up. */
  readonly answerNow: boolean;
}

/** The summary of a user without a profile. */
export const nothingKnown = "Nothing is known of this user yet.";

/**
 * @param summary - The profile, as lines of text; empty when nothing is known.
 * @param drawnOn - As `2024-03-09`; shown, so that what is later can be told.
 */
export function quoteSummary(summary: string, drawnOn: string | null = null): string {
  if (summary === "") return quoteBlock("user_summary", nothingKnown);
  return quoteBlock("user_summary", unquoted(summary), { at: drawnOn });
}

/** The system message of one model call: the persona, and what was recalled for this turn. */
export function renderAgentRequest(parts: AgentRequestParts): string {
  const persona = parts.mode === "paper" ? renderPaperPersona(parts) : defaultPersona(parts);
  return parts.answerNow ? `${persona}\n\n${answerNowPrompt}` : persona;
}

function defaultPersona({
  summary,
  summaryAt,
  lines,
  recalled,
  at,
  locale,
}: AgentRequestParts): string {
  const learned = answerLines(lines);
  // A simulated turn lies before its profile; a date after today would make everything else look outdated.
  const isShown = summaryAt !== null && at !== null && summaryAt <= at;
  const drawnOn = isShown ? localDay(summaryAt, locale.timeZone) : null;
  const persona = agentPrompt
    .render({
      summary: quoteSummary(summary, drawnOn),
      preferences: learned === "" ? "" : quoteBlock("learned_preferences", learned),
      interactions: recalled.length === 0 ? "" : renderInteractions(recalled, locale.timeZone),
    })
    .trimEnd();
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
  return paperPersonaPrompt.render({
    summary: quoteSummary(joinParts([summary, answerLines(lines)])),
  });
}

/** Lines about a tool are added to that tool's card instead. */
function answerLines(lines: readonly PersonaLine[]): string {
  return lines
    .filter(({ tool }) => tool === null)
    .map(({ text }) => `- ${unquoted(text)}`)
    .join("\n");
}
