import type { AnswerKinds } from "../domain/scoring/answer-kinds.js";

/** What an alignment streams while it works, in stream mode `custom`. Counts are of items, not of model calls. */
export type AlignmentEvent =
  | {
      readonly kind: "alignment-started";
      readonly version: number;
      readonly batch: number;
      readonly holdout: number;
      /** How the true answers of the items are scored, those that only a promising change is tried on included. */
      readonly answers: AnswerKinds;
    }
  | {
      readonly kind: "item-simulated";
      /** The persona that answered; `predecessor`: the one before a parent that is on trial. */
      readonly persona: "parent" | "candidate" | "predecessor";
      readonly episodeId: string;
      /** 0 to 1, 1 is right. */
      readonly score: number;
    }
  | {
      readonly kind: "version-tried";
      readonly version: number;
      readonly outcome: "confirmed" | "taken-back" | "on-trial";
    }
  | { readonly kind: "item-criticised"; readonly episodeId: string }
  | {
      readonly kind: "item-judged";
      readonly episodeId: string;
      readonly preferred: "parent" | "candidate" | "neither";
    }
  | {
      readonly kind: "update-proposed";
      readonly iteration: number;
      /** `refused`: none of its changes passed the checks. */
      readonly decision: "keep" | "change" | "refused";
      /** How many personas are compared with the parent. */
      readonly candidates: number;
    }
  | {
      readonly kind: "candidate-judged";
      readonly iteration: number;
      readonly accepted: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: "checkpoint-written";
      /** `null` where it is not in use. */
      readonly version: number | null;
      readonly status: "active" | "rejected";
    };

const eventKinds: readonly string[] = [
  "alignment-started",
  "item-simulated",
  "version-tried",
  "item-criticised",
  "item-judged",
  "update-proposed",
  "candidate-judged",
  "checkpoint-written",
] satisfies AlignmentEvent["kind"][];

/** The simulated agents stream other events. */
export function isAlignmentEvent(event: unknown): event is AlignmentEvent {
  return eventKinds.includes((event as { readonly kind?: string }).kind ?? "");
}
