import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { AlignContext } from "../config/alignment-settings.js";
import type { Usage } from "../domain/usage.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import type { SearchWikipediaOptions } from "../tools/search-wikipedia.js";
import type { Range } from "./call-range.js";
import type { EvalCase, EvalQuestion } from "./eval-case.js";
import type { Preparation } from "./prediction.js";

/** What every method gets. */
export interface MethodDeps {
  readonly model: BaseChatModel;
  readonly modelName: string;
  /** Draws profiles, criticises, rewrites and summarises; `model` unless the run has a second one. */
  readonly alignmentModel: BaseChatModel;
  readonly alignmentModelName: string;
  readonly embeddings: EmbeddingsInterface;
  /** Whole number. With the case's id it seeds everything that a method draws at random. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Shared by all cases, each under a user of its own. Unless given, each case has an exact one in this process. */
  readonly index?: EpisodeIndex;
  /** `null`: no method has the tool. The English Wikipedia unless given. */
  readonly wikipedia?: SearchWikipediaOptions | null;
}

/** The settings that a study changes. The others have the project's defaults, the same for every method. */
export interface ArmSettings extends Pick<
  AlignContext,
  "batch" | "holdout" | "iterations" | "validation" | "leaveOneOut"
> {
  /** Past interactions placed in the prompt, the most similar ones; 0 to 50. */
  readonly recalled?: number;
  /** Cold start: only the latest so many interactions of the history. */
  readonly historyLimit?: number;
  /** So many of the case's unrelated interactions after its history; 0 unless set. */
  readonly distance?: number;
}

export interface MethodAnswer {
  /** As the model gave it. */
  readonly output: string;
  /** Every message that was sent for the answer, in the order of the calls. */
  readonly prompt: string;
  readonly usage: Usage;
  /** Names of the tools that were called, in their order. */
  readonly tools: readonly string[];
}

/** A case whose memory is open. Its questions are asked concurrently. */
export interface OpenCase {
  /** No question or answer reaches another one. */
  answer(question: EvalQuestion): Promise<MethodAnswer>;
}

/** One way to answer a user's questions. */
export interface Method {
  /** As `--methods` takes it. */
  readonly name: string;
  /** What it does, in one line for the report. */
  readonly summary: string;
  /** The model calls of one question, for the estimate: 1, or with tools more. */
  readonly callsPerQuestion: Range;
  /** The model calls of a case before its questions, for the estimate. */
  preparationCalls(evalCase: EvalCase, settings: ArmSettings): Range;
  /** Everything that a case takes before its questions: profile, alignment, summaries. */
  prepare(evalCase: EvalCase, settings: ArmSettings, deps: MethodDeps): Promise<Preparation>;
  /** Makes no model call: questions share what it opens, and any of them may be given up. */
  open(
    evalCase: EvalCase,
    settings: ArmSettings,
    deps: MethodDeps,
    state: unknown,
  ): Promise<OpenCase>;
}

/** One column of a result: a method under settings. */
export interface Arm {
  /** Names it in a run's files: the method's name, followed by what a study changed, as `persona-agent@batch=4`. */
  readonly id: string;
  readonly method: Method;
  readonly settings: ArmSettings;
  /** The study it belongs to, and its value there; `null` in the main table and the ablation. */
  readonly study: { readonly name: string; readonly value: number } | null;
}
