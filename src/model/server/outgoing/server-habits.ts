/** What was found out about one model of one server, for as long as the process runs. */
export interface ServerHabits {
  /** What the server refused, and is no longer sent; see `adaptations`. */
  readonly refused: Set<string>;
  /**
   * Its answers begin in the middle of reasoning, whose opening mark the chat template wrote; `null` before the first
   * answer.
   */
  hidesOpeningMark: boolean | null;
}

const habits = new Map<string, ServerHabits>();

/** Names of models whose chat templates begin their reasoning for them. */
const reasoners =
  /(?:^|[^a-z])(?:r1|qwq|think|thinking|reason|reasoner|reasoning|magistral)(?![a-z])/i;

/** OpenAI sends no reasoning. */
const openAiHost = "api.openai.com";

/** The same object for the same address and model. */
export function habitsOf(url: string, model: string): ServerHabits {
  const key = `${url} ${model}`;
  const isOpenAi = new URL(url).host === openAiHost;
  const known = habits.get(key) ?? {
    refused: new Set(),
    hidesOpeningMark: reasoners.test(model) ? true : isOpenAi ? false : null,
  };
  habits.set(key, known);
  return known;
}

/** Notes what an answer with text showed. A model that sometimes reasons is one that reasons. */
export function noteReasoning(
  known: ServerHabits,
  { lacksOpeningMark }: { lacksOpeningMark: boolean },
) {
  if (lacksOpeningMark) known.hidesOpeningMark = true;
  known.hidesOpeningMark ??= false;
}
