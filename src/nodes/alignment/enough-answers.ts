import type { AlignConfig } from "../../config/alignment-settings.js";
import { labelledItems } from "../../domain/alignment/labelled-items.js";
import { areEnough, fewestAnswers, sizesOf } from "../../domain/alignment/split-batch-holdout.js";
import type { Episode } from "../../domain/episode.js";
import type { Memory } from "../../memory/memory.js";

type Sizes = Pick<AlignConfig, "batch" | "holdout" | "validation" | "acceptance" | "minimumItems">;

const pageSize = 200;

/** Whether a run under these settings would have enough different interactions with a true answer. Reads no more than that takes. */
export async function hasEnoughAnswers(
  userId: string,
  config: Sizes,
  episodes: Pick<Memory["episodes"], "list">,
): Promise<boolean> {
  const sizes = sizesOf(config);
  const needed = config.validation ? fewestAnswers(sizes, config.minimumItems) : 1;
  if (needed === null) return false;
  const read: Episode[] = [];
  for (;;) {
    const before = read.at(-1)?.id;
    const page = await episodes.list(userId, { limit: pageSize, ...(before && { before }) });
    read.push(...page);
    if (labelledItems(read, needed).length === needed) return true;
    if (page.length < pageSize) return false;
  }
}

/**
 * The reason why a run has too few items; `null` if there are enough.
 *
 * @param answers - Different interactions with a true answer.
 */
export function tooFewAnswers(answers: number, config: Sizes): string | null {
  const sizes = sizesOf(config);
  if (areEnough(answers, sizes, config)) return null;
  const { validation, minimumItems } = config;
  const wayOut = "Import more, or give feedback.";
  if (!validation) return `Not started: the user has no true answer yet. ${wayOut}`;
  const needed = fewestAnswers(sizes, minimumItems);
  if (needed === null)
    return `Not started: validation needs at least ${minimumItems} held-out interactions, but \`holdout\` is ${sizes.holdout}. Raise it, or lower \`minimumItems\`.`;
  return `Not started: ${needed} different interactions with a true answer are needed, ${needed - minimumItems} to learn from and ${minimumItems} to judge by, and the user has ${answers === 0 ? "none" : answers}. ${wayOut}`;
}

/** The reason why a run has too few answers that no run has seen; `null` if there are enough. */
export function tooFewNewAnswers(
  newAnswers: number,
  config: Pick<AlignConfig, "minNewAnswers">,
): string | null {
  if (newAnswers >= config.minNewAnswers) return null;
  const are = newAnswers === 1 ? "1 true answer is" : `${newAnswers || "no"} true answers are`;
  return `Not started: ${are} new since the last alignment, and \`minNewAnswers\` is ${config.minNewAnswers}.`;
}
