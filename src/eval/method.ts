import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { AlignContext } from "../config/alignment-settings.js";
import type { Usage } from "../domain/usage.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import type { SearchWikipediaOptions } from "../tools/search-wikipedia.js";
import type { EvalCase, EvalQuestion } from "./eval-case.js";
import type { Preparation } from "./prediction.js";

/** What every method is given alike. */
export interface MethodDeps {
  readonly model: BaseChatModel;
  readonly modelName: string;
  /** Draws profiles, criticises and rewrites, summarises; of the same model unless the run says otherwise. */
  readonly alignmentModel: BaseChatModel;
  readonly alignmentModelName: string;
  readonly embeddings: EmbeddingsInterface;
  /** Whole number; all that a method draws at random is drawn with it and the case's id. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Shared by all cases, each in a place of its own. An exact one in this process for each case, unless given. */
  readonly index?: EpisodeIndex;
  /** `null`: no method has the tool, as where no Wikipedia can be reached. The English Wikipedia unless given. */
  readonly wikipedia?: SearchWikipediaOptions | null;
}

/** The settings that a study changes. What is not given has the project's default, the same for every method. */
export interface ArmSettings extends Pick<
  AlignContext,
  "batch" | "holdout" | "iterations" | "validation" | "leaveOneOut"
> {
  /** Past interactions placed in the prompt, the most similar ones; 0 to 50. */
  readonly recalled?: number;
  /** Cold start: only the latest so many interactions of the history. */
  readonly historyLimit?: number;
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

/** A case whose memory is open: asked as often as there are questions, side by side. */
export interface OpenCase {
  /** Nothing of a question or its answer reaches another one. */
  answer(question: EvalQuestion): Promise<MethodAnswer>;
}

/** One way to answer a user's questions. */
export interface Method {
  /** As `--methods` takes it. */
  readonly name: string;
  /** What it does, in one line for the report. */
  readonly summary: string;
  /** The most model calls in a row that one question takes, for the estimate: 1, or with tools more. */
  readonly callsPerQuestion: { readonly least: number; readonly most: number };
  /** The model calls that a case takes before its questions, for the estimate. */
  preparationCalls(
    given: EvalCase,
    settings: ArmSettings,
  ): { readonly least: number; readonly most: number };
  /** Everything that a case takes before its questions: profile, alignment, summaries. */
  prepare(given: EvalCase, settings: ArmSettings, deps: MethodDeps): Promise<Preparation>;
  /** Makes no model call: what it opens is shared by questions, any of which may be given up. */
  open(given: EvalCase, settings: ArmSettings, deps: MethodDeps, state: unknown): Promise<OpenCase>;
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
