import type { z } from "zod";
import { PersonaAgentError } from "../../system/errors.js";
import type { PairedScores } from "./paired-comparison.js";

/** Scores of the same items under parent and candidate. */
export interface AcceptanceEvidence {
  /** The items that the candidate was written from: they can reject it, never accept it. */
  readonly batch: readonly PairedScores[];
  /** Other items of the user, none of the batch. Empty before the holdout was asked. */
  readonly holdout: readonly PairedScores[];
}

/** @throws {PersonaAgentError} `config-invalid` when the rule is out of its schema's ranges; names each bad number. */
export function checkRule<Rule>(schema: z.ZodType<Rule>, rule: Rule): void {
  const { error } = schema.safeParse(rule);
  if (error === undefined) return;
  const bad = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw invalidEvidence(`The acceptance rule is not valid: ${bad}. Correct it or leave it out.`);
}

/**
 * @throws {PersonaAgentError} `config-invalid` when a score is out of range, an item has no score, or an item is there
 *   twice (an item in batch and holdout would judge what was written from it).
 */
export function checkEvidence({ batch, holdout }: AcceptanceEvidence): void {
  const seen = new Set<string>();
  for (const { item, parent, candidate } of [...batch, ...holdout]) {
    if (seen.has(item))
      throw invalidEvidence(
        `The item ${item} is scored twice; expected each item once, in the batch or in the holdout. Put its samples in one entry.`,
      );
    seen.add(item);
    for (const scores of [parent, candidate])
      if (scores.length === 0 || !scores.every((score) => score >= 0 && score <= 1))
        throw invalidEvidence(
          `The item ${item} has the scores [${scores.join(", ")}]; expected one or more from 0 to 1. Score every answer.`,
        );
  }
}

/** What a decision cannot be made on, as the caller's error. */
export function invalidEvidence(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
