import { type BaseChatModel, SimpleChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage } from "@langchain/core/messages";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { noUsage, usageOfCall } from "../../../src/domain/usage.js";
import type { Arm, Method } from "../../../src/eval/method.js";
import type { Prediction, PreparedCase } from "../../../src/eval/prediction.js";
import type { EvalSet } from "../../../src/eval/sets/eval-set.js";
import type { SelectedSet } from "../../../src/eval/sets/selection.js";
import type { EvaluationOptions } from "../../../src/eval/run/work.js";
import { type EvaluationResult, runEvaluation } from "../../../src/eval/run/run-evaluation.js";
import { describeModelError } from "../../../src/model/model-errors.js";
import { loadEmbeddings } from "../../../src/model/load-embeddings.js";

/** A set of ratings in memory: `users` people, each with so many questions and three past reviews. */
export function ratingSet(name: string, users: number, questions: number): SelectedSet {
  const people = Array.from({ length: users }, (_, n) => ({
    user: `${name}-user-${n}`,
    questionIds: Array.from({ length: questions }, (__, q) => `${n}-${q}`),
    historyLength: 3,
  }));
  const item = (id: string) => ({ id, title: null, label: "4", at: null, coarse: false });
  const set: EvalSet = {
    name,
    task: "LaMP_3",
    labels: ["1", "2", "3", "4", "5"],
    users: people,
    async *read(wanted) {
      for (const { user, questionIds } of people)
        for (const id of questionIds.filter((one) => wanted?.has(one) ?? true))
          yield {
            user,
            question: { id, input: lampQuestion("LaMP_3", `Review ${name} ${id}.`), gold: "4" },
            profile: ["a", "b", "c"].map((one) => ({
              ...item(one),
              text: `${user} liked the film ${one}.`,
            })),
          };
    },
  };
  return { set, users: people };
}

async function say(model: BaseChatModel, text: string, signal: AbortSignal) {
  try {
    const answer = await model.invoke(text, { signal });
    return { text: answer.text, usage: usageOfCall(AIMessage.isInstance(answer) ? answer : {}) };
  } catch (error) {
    throw describeModelError(error, signal);
  }
}

/** Asks the model once for every question; with `prepares`, once before for every case, and shows what it said. */
export function askingMethod(name: string, { prepares = false } = {}): Method {
  const before = prepares ? 1 : 0;
  return {
    name,
    summary: "Asks the model.",
    callsPerQuestion: { least: 1, most: 1 },
    preparationCalls: () => ({ least: before, most: before }),
    async prepare({ set, id }, _settings, { alignmentModel, signal }) {
      if (!prepares) return { state: null, usage: noUsage, persona: null };
      const said = await say(alignmentModel, `${name} prepares ${set} ${id}`, signal);
      return { state: said.text, usage: said.usage, persona: null };
    },
    async open(_given, _settings, { model, signal }, state) {
      return {
        async answer({ input }) {
          const prompt = `${name} knows ${JSON.stringify(state)}: ${input}`;
          const { text, usage } = await say(model, prompt, signal);
          return { output: text, prompt, usage, tools: [] };
        },
      };
    },
  };
}

export function armOf(method: Method): Arm {
  return { id: method.name, method, settings: {}, study: null };
}

/** What `runEvaluation` is given, with everything that a test does not care about. */
export function evaluationOptions(
  given: Pick<EvaluationOptions, "folder" | "sets" | "arms"> & { readonly model: BaseChatModel },
  changes: Partial<EvaluationOptions> = {},
): EvaluationOptions {
  const { model, ...rest } = given;
  const { embeddings, name } = loadEmbeddings("offline");
  const models = { model, modelName: "a", alignmentModel: model, alignmentModelName: "a" };
  return {
    ...rest,
    deps: { ...models, embeddings, seed: 1 },
    embeddingsName: name,
    index: "in-process",
    resume: false,
    concurrency: 4,
    signal: new AbortController().signal,
    startMs: performance.now(),
    now: () => new Date(0),
    ...changes,
  };
}

export interface Recorded extends Pick<EvaluationResult, "run" | "stoppedBy"> {
  readonly predictions: readonly Prediction[];
  readonly prepared: readonly PreparedCase[];
}

/** Runs it to its end, or its stop, and gives what is recorded then. */
export function recordedBy(options: EvaluationOptions): Promise<Recorded> {
  return runEvaluation(options, async ({ run, stoppedBy, predictions, prepared }) => ({
    run,
    stoppedBy,
    predictions: await collect(predictions),
    prepared: await collect(prepared),
  }));
}

async function collect<Line>(lines: AsyncIterable<Line>): Promise<Line[]> {
  const all: Line[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** A model in this process that answers 4; told of every call, which waits for what is given back. */
export class ToldModel extends SimpleChatModel {
  readonly #onCall: () => Promise<void>;

  constructor(onCall: () => Promise<void>) {
    super({});
    this.#onCall = onCall;
  }

  override _llmType() {
    return "told";
  }

  override async _call() {
    await this.#onCall();
    return "4";
  }
}
