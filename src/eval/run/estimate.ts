import type { Episode } from "../../domain/episode.js";
import { estimateTokens } from "../../domain/text/storable-text.js";
import { defaultProfileTokens } from "../../nodes/draw-profile.js";
import { addRanges, emptyRange, type Range } from "../call-range.js";
import type { Arm } from "../method.js";
import type { EvalCase } from "../eval-case.js";
import { caseHistory } from "../cases/case-history.js";
import { readCases } from "../cases/open-cases.js";
import type { SelectedSet } from "../sets/selection.js";

/** What one arm will ask of the model on one set. */
export interface CallEstimate {
  readonly set: string;
  /** The arm's id. */
  readonly method: string;
  readonly cases: number;
  readonly questions: number;
  readonly calls: { readonly preparation: Range; readonly questions: Range };
  /** Of prompts, preparation and questions together; without what the model will write. */
  readonly tokensIn: Range;
}

/** Tokens of a prompt without its question and what is recalled: the rules alone; with persona, profile and tools. */
const instructionTokens = { least: 250, most: 1_500 };
/** As `recallTokens` has it by default. */
const recalledTokens = 1_500;

/** How the tokens are estimated, for the reader. */
export const estimateRule = `Tokens of the prompts, at a token for 4 bytes: at least the question and ${instructionTokens.least} of instructions in every call; at most the question, ${recalledTokens} of recalled interactions and ${instructionTokens.most} of instructions, and once a case, where something comes before its questions, the history up to ${defaultProfileTokens}. What the model writes comes on top.`;

/** Reads the sets once and calls no model. In the order of the sets and then the arms. */
export async function estimateRun(
  sets: readonly SelectedSet[],
  arms: readonly Arm[],
): Promise<CallEstimate[]> {
  const estimates: CallEstimate[] = [];
  for (const { set, users } of sets) {
    const sums = arms.map(({ id }): CallEstimate => {
      const calls = { preparation: emptyRange, questions: emptyRange };
      return { set: set.name, method: id, cases: 0, questions: 0, calls, tokensIn: emptyRange };
    });
    for await (const evalCase of readCases(set, users))
      for (const [place, arm] of arms.entries()) {
        const sum = sums[place];
        if (sum !== undefined) sums[place] = withCase(sum, evalCase, arm);
      }
    estimates.push(...sums);
  }
  return estimates;
}

function withCase(sum: CallEstimate, evalCase: EvalCase, { method, settings }: Arm): CallEstimate {
  const preparation = method.preparationCalls(evalCase, settings);
  const count = evalCase.questions.length;
  const { least, most } = method.callsPerQuestion;
  const questions = { least: least * count, most: most * count };
  const questionTokens = evalCase.questions.reduce(
    (tokens, { input }) => tokens + estimateTokens(input),
    0,
  );
  const remembered = caseHistory(evalCase, settings).reduce(
    (tokens, episode) => tokens + tokensOf(episode),
    0,
  );
  const subject = count === 0 ? 0 : questionTokens / count;
  const perCall = {
    least: subject + instructionTokens.least,
    most: subject + Math.min(remembered, recalledTokens) + instructionTokens.most,
  };
  const calls = addRanges(questions, preparation);
  const whole = preparation.most === 0 ? 0 : Math.min(remembered, defaultProfileTokens);
  return {
    ...sum,
    cases: sum.cases + 1,
    questions: sum.questions + count,
    calls: {
      preparation: addRanges(sum.calls.preparation, preparation),
      questions: addRanges(sum.calls.questions, questions),
    },
    tokensIn: addRanges(sum.tokensIn, {
      least: Math.round(calls.least * perCall.least),
      most: Math.round(calls.most * perCall.most + whole),
    }),
  };
}

function tokensOf({ query, groundTruth, response }: Episode): number {
  return estimateTokens(query) + estimateTokens(groundTruth ?? response ?? "");
}
