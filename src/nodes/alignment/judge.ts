import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { judgementOf, type Verdict } from "../../domain/alignment/judgement.js";
import { addUsage, type Usage, usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import { ask } from "../../model/ask-structured.js";
import type { NamedModel } from "../../model/model-spec.js";
import {
  renderJudgeRequest,
  type ReplyPair,
  verdictSchema,
} from "../../prompts/learning/pairwise-judge.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentUpdate, JudgeTask } from "../../state/alignment-state.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { callConfig } from "../model-call-config.js";
import { withoutResult } from "./failed-items.js";

export interface JudgeDeps {
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
}

/**
 * Compares the parent's and the candidate's answer to one open item, in both orders at the same time: two model calls.
 * If the model gives no usable verdict on either, the item is a tie; if a call fails, the item does not count.
 */
export function createJudge({ alignmentModelFor }: JudgeDeps) {
  return async function judge(
    { item, candidate, answers }: JudgeTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const { model } = alignmentModelFor(parseAlignConfig(runtime).models.alignment);
    const { episodeId } = item;
    const config = callConfig(runtime, "judge", { episodeId });
    const [parentFirst, candidateFirst] = await Promise.all([
      verdictOn({ item, a: answers.parent, b: answers.candidate }),
      verdictOn({ item, a: answers.candidate, b: answers.parent }),
    ]);
    const usage = addUsage(parentFirst.usage, candidateFirst.usage);
    if ("failures" in parentFirst) return { ...parentFirst, usage };
    if ("failures" in candidateFirst) return { ...candidateFirst, usage };
    const judged =
      parentFirst.better === null || candidateFirst.better === null
        ? ({ preferred: "neither", ordersAgree: null } as const)
        : judgementOf(parentFirst.better, candidateFirst.better);
    const event = { kind: "item-judged", episodeId, preferred: judged.preferred } as const;
    runtime.writer?.(event satisfies AlignmentEvent);
    return { judgements: [{ candidate, episodeId, ...judged }], usage };

    async function verdictOn(
      pair: ReplyPair,
    ): Promise<
      { readonly better: Verdict | null; readonly usage: Usage } | ReturnType<typeof withoutResult>
    > {
      const { system, human } = renderJudgeRequest(pair);
      try {
        const { answer, usage } = await ask({
          model,
          messages: [new SystemMessage(system), new HumanMessage(human)],
          schema: verdictSchema,
          name: "verdict",
          config,
        });
        return { better: answer.better, usage };
      } catch (error) {
        if (!PersonaAgentError.is(error, "model-output-invalid")) {
          const subject = { persona: candidate, episodeId, repeat: 0 };
          return withoutResult(error, { step: "judgement", ...subject }, runtime);
        }
        return { better: null, usage: usageOfError(error.details) };
      }
    }
  };
}
