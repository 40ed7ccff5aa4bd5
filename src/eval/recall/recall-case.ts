import type { Episode } from "../../domain/episode.js";

/** A history, and questions of which it is known what should be recalled for them. */
export interface RecallCase {
  /** Oldest first, as memory holds it; the questions come after all of it. */
  readonly history: readonly Episode[];
  readonly questions: readonly RecallQuestion[];
}

export interface RecallQuestion {
  readonly text: string;
  /** What kind of question it is, as the page shows it. */
  readonly kind: string;
  /** Ids of the episodes that should be recalled. */
  readonly relevant: ReadonlySet<string>;
}

/**
 * What counts as recall of a question's first k:
 * - `evidence`: the share of the relevant episodes that are among them.
 * - `label`: 1 where at least one of them is relevant, else 0; relevant are the episodes with the true answer's label.
 */
export type RecallMeasure = "evidence" | "label";

/** A set that was checked whole and can be read, one history at a time. */
export interface RecallSet {
  readonly name: string;
  readonly measure: RecallMeasure;
  readonly read: () => AsyncIterable<RecallCase>;
}
