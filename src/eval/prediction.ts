import type { Usage } from "../domain/usage.js";
import type { Preparation } from "./method.js";

/** A line of `predictions.jsonl`: one question, answered by one arm, or the error that it ended in. */
export interface Prediction {
  readonly arm: string;
  readonly set: string;
  readonly case: string;
  readonly user: string;
  readonly question: string;
  readonly gold: string;
  /** As the metrics take it; `null` where there was an error. */
  readonly prediction: string | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly prompt: string | null;
  readonly tools: readonly string[];
  readonly usage: Usage;
  /** What this one question took, waiting for its turn aside. */
  readonly seconds: number;
}

/** A line of `preparations.jsonl`: one case, made ready for one arm, or the error that it ended in. */
export interface PreparedCase {
  readonly arm: string;
  readonly set: string;
  readonly case: string;
  readonly preparation: Preparation | null;
  readonly error: string | null;
  readonly seconds: number;
}
