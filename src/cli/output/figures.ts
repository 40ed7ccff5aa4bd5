import {
  type AlignmentRecord,
  meanScores,
  type PairedScore,
} from "../../domain/alignment/alignment-record.js";
import type { Usage } from "../../domain/usage.js";
import { recentSize } from "../../memory/episodes/recent-episodes.js";

/** `1 user`, `2 users`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A count of new true answers. Counting ends at the latest 256 interactions, so `256+`. */
export function newAnswersText(count: number): string {
  return count < recentSize ? String(count) : `${recentSize}+`;
}

/** `1 true answer`, `256+ true answers`. */
export function newTrueAnswers(count: number): string {
  return `${newAnswersText(count)} true ${count === 1 ? "answer" : "answers"}`;
}

/**
 * `42 calls, 1200 tokens in, 300 out`.
 *
 * @param purpose - What the calls were for, as ` for the profile`.
 */
export function formatCost({ calls, tokens }: Usage, purpose = ""): string {
  if (calls === 0) return "no call";
  return `${counted(calls, "call")}${purpose}, ${tokens.in} tokens in, ${tokens.out} out`;
}

/**
 * `batch 0.40 → 0.70 (10 items), holdout not asked; 42 calls, 1200 tokens in, 300 out`; before the calls, where a judge
 * was asked, `judge's orders agree on 9 of 10`. Of a run that did not start only the calls, which are the profile's.
 */
export function measured({ scores, judge, usage }: AlignmentRecord): string {
  if (scores.batch.length === 0) return formatCost(usage, " for the profile");
  const agreement = judge && `judge's orders agree on ${judge.agreed} of ${judge.items}`;
  const onItems = `batch ${means(scores.batch)}, holdout ${means(scores.holdout)}`;
  return [onItems, ...(agreement ? [agreement] : []), formatCost(usage)].join("; ");
}

function means(items: readonly PairedScore[]): string {
  if (items.length === 0) return "not asked";
  const { parent, candidate, items: count } = meanScores(items);
  const shown = (mean: number | null) => mean?.toFixed(2) ?? "–";
  return `${shown(parent)} → ${shown(candidate)} (${counted(count, "item")})`;
}

/** `2026-09-04 18:30`, in UTC. `at` is ISO 8601. */
export function minuteOf(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `4 Sep 2026`, in UTC; empty for `null`. `at` is ISO 8601. */
export function calendarDay(at: string | null): string {
  if (at === null) return "";
  const [year = "", month = "", date = ""] = at.slice(0, 10).split("-");
  return `${Number(date)} ${months[Number(month) - 1] ?? ""} ${year}`;
}

/** After `version 3`: what its trial came to. */
export const trialTexts = {
  confirmed: "is confirmed",
  "taken-back": "is taken back",
  "on-trial": "is on trial",
} as const;
