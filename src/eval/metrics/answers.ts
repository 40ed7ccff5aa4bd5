import { PersonaAgentError } from "../../errors.js";

/** A question's true answer and what was predicted, as texts. Space around either does not count. */
export interface Answer {
  readonly gold: string;
  readonly prediction: string;
}

/** A gold or a prediction as LaMP's files hold it. */
export interface Output {
  readonly id: string;
  readonly output: string;
}

/**
 * Puts predictions beside their golds, in the golds' order.
 *
 * @throws {PersonaAgentError} `config-invalid` unless both hold the same ids, each once.
 */
export function pairAnswers(
  golds: readonly Output[],
  predictions: readonly Output[],
): (Answer & { readonly id: string })[] {
  const goldById = byId(golds, "golds");
  const predictionById = byId(predictions, "predictions");
  const missing = [...goldById.keys()].filter((id) => !predictionById.has(id));
  const extra = [...predictionById.keys()].filter((id) => !goldById.has(id));
  if (missing.length > 0 || extra.length > 0)
    throw invalid(
      `Predictions and golds differ in their ids: ${listed(missing)} without a prediction, ${listed(extra)} without a gold; expected the same ids in both. Predict every question of the set, and no other.`,
    );
  return golds.map(({ id, output }) => ({
    id,
    gold: output,
    prediction: predictionById.get(id) ?? "",
  }));
}

function byId(outputs: readonly Output[], what: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, output } of outputs) {
    if (found.has(id))
      throw invalid(
        `The ${what} hold the id ${JSON.stringify(id)} twice; expected each once. Leave one out.`,
      );
    found.set(id, output);
  }
  return found;
}

function listed(ids: readonly string[]): string {
  if (ids.length === 0) return "none";
  const shown = ids.slice(0, 5).map((id) => JSON.stringify(id));
  return `${ids.length} (${shown.join(", ")}${ids.length > shown.length ? ", ..." : ""})`;
}

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
