import { usersPart } from "../../domain/asked-question.js";
import { profileSummary } from "../../domain/profile.js";
import type { WordSources } from "../../domain/text/others-words.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import type { RecallOf } from "./prefetch-recall.js";
import { parentOf } from "./state-selectors.js";

/** Of the user, and of others, what the update or a critique was shown. */
export async function wordSources(
  state: AlignmentState,
  userId: string,
  episodes: Pick<ReturnType<RecallOf>, "get">,
): Promise<WordSources> {
  const { lines } = parentOf(state);
  const inBatch = new Set(state.batch.map(({ episodeId }) => episodeId));
  const answers = state.answers.filter(({ episodeId }) => inBatch.has(episodeId));
  const recalled = await Promise.all(
    [...new Set(answers.flatMap((answer) => answer.recalled))].map((id) =>
      episodes.get(userId, id),
    ),
  );
  const items = [...state.batch, ...state.holdout];
  const said = [
    ...items,
    ...items.flatMap(({ earlier }) => earlier.map((turn) => ({ ...turn, task: null }))),
    ...recalled.flatMap((episode) => episode ?? []),
  ];
  // Simulations call memory's own search, and what the operator allows beside it.
  const withTools = answers.filter(({ toolCalls }) =>
    toolCalls.some(({ name }) => name !== "recall_memory"),
  );
  return {
    own: [
      profileSummary(state.profile),
      ...lines.map(({ text }) => text),
      ...said.map(usersPart),
      ...items.flatMap(({ groundTruth, reason, reaction }) => [
        groundTruth,
        reason ?? "",
        reaction?.said ?? "",
      ]),
      ...recalled.flatMap((each) => [each?.groundTruth ?? "", each?.feedback?.reason ?? ""]),
    ],
    others: [
      // What a message quotes is somebody else's.
      ...said.map(({ query }) => query),
      ...items.flatMap(({ earlier, reaction }) => [
        ...earlier.map(({ response }) => response),
        reaction?.response ?? "",
      ]),
      ...recalled.flatMap((each) => each?.response ?? []),
      ...withTools.flatMap(({ text, toolCalls }) => [text, ...toolCalls.map(({ input }) => input)]),
    ],
  };
}
