import type { VerbOutput } from "../../contract/verbs.js";
import type { Episode } from "../../domain/episode.js";
import { answerKindOf } from "../../domain/scoring/answer-kinds.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";

type ShownEpisode = VerbOutput<"list">[number];
type WholeEpisode = VerbOutput<"show">;
type Source = VerbOutput<"persona">["lines"][number]["sources"][number];

export function showEpisode(episode: Episode): ShownEpisode {
  const { id, at, query, options, scale, response, groundTruth: answer, feedback } = episode;
  const { inferred = null, kind = null, reason = null } = feedback ?? {};
  const asked = { id, at, query, options, scale };
  const shown = { ...asked, response, answer, rejected: kind === "reject", reason };
  return { ...shown, inferred: inferred && kind && { kind, ...inferred } };
}

export function showWholeEpisode(episode: Episode): WholeEpisode {
  const { feedback, replacedResponses, toolsUsed, personaVersion, threadId, source, task } =
    episode;
  return {
    ...showEpisode(episode),
    answerKind: answerKindOf(episode),
    feedback,
    replacedResponses,
    toolsUsed,
    personaVersion,
    threadId,
    source,
    task,
  };
}

/** What a statement or a line rests on, as far as it is still there. */
export async function sourcesOf(
  evidence: readonly string[],
  user: string,
  episodes: Pick<EpisodicMemory, "get">,
): Promise<Source[]> {
  const found = await Promise.all(evidence.map((id) => episodes.get(user, id)));
  return found.flatMap((episode) =>
    episode === null
      ? []
      : [
          {
            id: episode.id,
            at: episode.at,
            query: episode.query,
            answer: episode.groundTruth,
          },
        ],
  );
}
