import { z } from "zod";
import type { Episode } from "../../domain/episode.js";
import { storableText } from "../../domain/text/storable-text.js";
import { addUsage, noUsage, type Usage } from "../../domain/usage.js";
import { askText } from "../../model/ask-text.js";
import { renderHistory } from "../../prompts/learning/history.js";
import {
  allEventsPrompt,
  dayEventsPrompt,
  dayPersonalityPrompt,
  renderDays,
  userPortraitPrompt,
} from "../../prompts/memory-bank.js";
import type { MethodDeps } from "../method.js";

/** Interactions that count as one day, because a benchmark's dates are years, days with one item, or missing. */
export const dayLength = 10;

/** MemoryBank's summaries; a text is empty where the model's answer was. */
export const bankSchema = z.object({
  /** Of each day, oldest first. */
  days: z.array(z.string()),
  events: z.string(),
  portrait: z.string(),
});
export type Bank = z.output<typeof bankSchema>;

/** Most tokens (estimated) of one day's interactions, and of one summary in UTF-16 units. */
const mostDayTokens = 4_000;
const mostSummaryLength = 1_600;

/** Two calls a day and two over all days, as many as MemoryBank makes. */
export function bankCalls(interactions: number): number {
  return interactions === 0 ? 0 : 2 * Math.ceil(interactions / dayLength) + 2;
}

/**
 * Summarises a history day by day, and then all days.
 *
 * @param history - Oldest first.
 * @throws {PersonaAgentError} `model-*`.
 */
export async function summariseDays(
  history: readonly Episode[],
  { alignmentModel, signal }: Pick<MethodDeps, "alignmentModel" | "signal">,
): Promise<{ readonly bank: Bank; readonly usage: Usage }> {
  let usage = noUsage;
  const ask = async (request: string) => {
    const answer = await askText(alignmentModel, request, { signal, runName: "memory-bank" });
    usage = addUsage(usage, answer.usage);
    return storableText(answer.text.replaceAll(/\s+/g, " ").trim(), mostSummaryLength);
  };
  const days: string[] = [];
  const personalities: string[] = [];
  for (let from = 0; from < history.length; from += dayLength) {
    const day = renderHistory(history.slice(from, from + dayLength), mostDayTokens).block;
    const [events, personality] = await Promise.all([
      ask(dayEventsPrompt.render({ history: day })),
      ask(dayPersonalityPrompt.render({ history: day })),
    ]);
    days.push(events);
    personalities.push(personality);
  }
  if (days.length === 0) return { bank: { days, events: "", portrait: "" }, usage };
  const [events, portrait] = await Promise.all([
    ask(allEventsPrompt.render({ days: renderDays(days) })),
    ask(userPortraitPrompt.render({ days: renderDays(personalities) })),
  ]);
  return { bank: { days, events, portrait }, usage };
}
