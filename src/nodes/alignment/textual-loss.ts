import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { profileSummary } from "../../domain/profile.js";
import { storableText } from "../../domain/text/storable-text.js";
import { parseUserId } from "../../domain/user-id.js";
import { usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../errors.js";
import type { NamedModel } from "../../model/model-spec.js";
import { ask } from "../../model/ask-structured.js";
import { askText } from "../../model/ask-text.js";
import { readPaperReply, renderPaperLossRequest } from "../../prompts/learning/paper-mode.js";
import {
  critiqueSchema,
  critiqueText,
  renderLossRequest,
  type SimulationPrompt,
} from "../../prompts/learning/textual-loss.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentUpdate, CritiqueTask, CritiqueRecord } from "../../state/alignment-state.js";
import { callConfig } from "../model-call-config.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { memoryOf, type SimulateDeps } from "./simulate.js";

/** Most of the feedback that is kept in paper mode, in UTF-16 units. */
const keptFeedbackLength = 6_000;

export interface TextualLossDeps extends Pick<SimulateDeps, "recallOf"> {
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
}

/**
 * The textual loss of one answer: the gap to the true answer in words, from what the simulation was given. One model
 * call. An answer that the model has no usable critique for goes without one.
 */
export function createTextualLoss(deps: TextualLossDeps) {
  return async function textualLoss(
    task: CritiqueTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const config = parseAlignConfig(runtime);
    const { model } = deps.alignmentModelFor(config.models.alignment);
    const { item, answer } = task;
    const pair = {
      question: item.query,
      simulatedAnswer: answer.text,
      trueAnswer: item.groundTruth,
      score: answer.score,
    };
    const calling = callConfig(runtime, "critique", { episodeId: item.episodeId });
    const of = { persona: task.persona.key, episodeId: item.episodeId };
    try {
      const { said, usage } =
        config.mode === "paper"
          ? await inPaperMode()
          : await inDefaultMode(await promptOf(parseUserId(config.userId), config.leaveOneOut));
      runtime.writer?.({
        kind: "item-criticised",
        episodeId: item.episodeId,
      } satisfies AlignmentEvent);
      return { critiques: [said], usage };
    } catch (error) {
      if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
      return {
        critiques: [{ ...of, critique: null, text: null }],
        usage: usageOfError(error.details),
      };
    }

    async function inPaperMode() {
      const { text, usage } = await askText(model, renderPaperLossRequest(pair), calling);
      const feedback = storableText(readPaperReply(text), keptFeedbackLength);
      const said: CritiqueRecord = {
        ...of,
        critique: null,
        text: feedback === "" ? null : feedback,
      };
      return { said, usage };
    }

    async function inDefaultMode(prompt: SimulationPrompt) {
      const { system, human } = renderLossRequest(pair, prompt);
      const { answer: critique, usage } = await ask({
        model,
        messages: [new SystemMessage(system), new HumanMessage(human)],
        schema: critiqueSchema,
        name: "critique",
        config: calling,
      });
      const said: CritiqueRecord = { ...of, critique, text: critiqueText(critique) };
      return { said, usage };
    }

    /** What the simulation was given. */
    async function promptOf(userId: string, leaveOneOut: boolean): Promise<SimulationPrompt> {
      // No agent is run here: only what it could read is asked for again.
      const { personas, profiles } = memoryOf(task, deps, leaveOneOut);
      const episodes = deps.recallOf(task.runId);
      const [persona, profile, ...recalled] = await Promise.all([
        personas.head(userId),
        profiles.current(userId),
        ...answer.recalled.map((id) => episodes.get(userId, id)),
      ]);
      return {
        summary: profileSummary(profile),
        lines: persona.lines,
        recalled: recalled.filter((episode) => episode !== null),
        toolCalls: answer.toolCalls,
      };
    }
  };
}
