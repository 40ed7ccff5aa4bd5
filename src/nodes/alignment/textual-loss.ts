import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { instructionsOf } from "../../config/instructions.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { profileSummary } from "../../domain/profile.js";
import { storableText } from "../../domain/text/storable-text.js";
import { usageOfError } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { ask } from "../../model/ask-structured.js";
import { askText } from "../../model/ask-text.js";
import type { NamedModel } from "../../model/model-spec.js";
import { readPaperReply, renderPaperLossRequest } from "../../prompts/learning/paper-mode.js";
import {
  critiqueText,
  renderLossRequest,
  type SimulationPrompt,
  wholeCritique,
} from "../../prompts/learning/textual-loss.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentUpdate, CritiqueTask } from "../../state/alignment-state.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { callConfig } from "../model-call-config.js";
import { withoutResult } from "./failed-items.js";
import { memoryOf, type SimulateDeps } from "./simulate.js";

/** Most of the feedback that is stored in paper mode, in UTF-16 units. */
const maxFeedbackLength = 6_000;

export interface TextualLossDeps extends Pick<SimulateDeps, "recallOf"> {
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  /** Of the process; a run's own take their place. */
  readonly instructions?: string;
  /** Names of the tools that a simulation may use. */
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
}

/**
 * The textual loss of one answer: the gap to the true answer in words, from what the simulation was given. One model
 * call. If the model gives no usable critique, the answer goes without one; if the call fails, the next pass asks again.
 */
export function createTextualLoss(deps: TextualLossDeps) {
  return async function textualLoss(
    task: CritiqueTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const settings = parseAlignConfig(runtime);
    const { mode, models, leaveOneOut, userId } = settings;
    const { model } = deps.alignmentModelFor(models.alignment);
    const { episodeId, at, query, groundTruth, reason } = task.item;
    const { text: simulatedAnswer, score } = task.answer;
    const pair = { question: query, at, simulatedAnswer, trueAnswer: groundTruth, reason, score };
    const config = callConfig(runtime, "critique", { episodeId });
    const subject = { persona: task.persona.key, episodeId };
    try {
      const { usage, ...critique } =
        mode === "paper"
          ? await paperFeedback()
          : await critiqueFrom(await promptOf(parseUserId(userId)));
      runtime.writer?.({ kind: "item-criticised", episodeId } satisfies AlignmentEvent);
      return { critiques: [{ ...subject, ...critique }], usage };
    } catch (error) {
      if (!PersonaAgentError.is(error, "model-output-invalid"))
        return withoutResult(error, { step: "critique", ...subject, repeat: 0 }, runtime);
      const critiques = [{ ...subject, critique: null, text: null }];
      return { critiques, usage: usageOfError(error.details) };
    }

    async function paperFeedback() {
      const { text, usage } = await askText(model, renderPaperLossRequest(pair), config);
      const feedback = storableText(readPaperReply(text), maxFeedbackLength);
      return { critique: null, text: feedback === "" ? null : feedback, usage };
    }

    async function critiqueFrom(prompt: SimulationPrompt) {
      const { system, human, schema } = renderLossRequest(pair, prompt, task.item);
      const { answer, usage } = await ask({
        model,
        messages: [new SystemMessage(system), new HumanMessage(human)],
        schema,
        name: "critique",
        config,
      });
      const critique = wholeCritique(answer);
      return { critique, text: critiqueText(critique), usage };
    }

    /** What the simulation was given, read again from memory. */
    async function promptOf(user: string): Promise<SimulationPrompt> {
      const { personas, profiles } = memoryOf(task, deps, leaveOneOut);
      const episodes = deps.recallOf(task.runId);
      const [persona, profile, ...recalled] = await Promise.all([
        personas.head(user),
        profiles.current(user),
        ...task.answer.recalled.map((id) => episodes.get(user, id)),
      ]);
      return {
        instructions: instructionsOf(settings, deps.instructions),
        summary: profileSummary(profile),
        lines: persona.lines,
        recalled: recalled.filter((episode) => episode !== null),
        toolCalls: task.answer.toolCalls,
        hasTools: deps.toolNamesFor(settings).length > 0,
      };
    }
  };
}
