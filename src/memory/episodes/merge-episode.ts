import { episodeTextLimits, type Episode } from "../../domain/episode.js";
import { storableText } from "../../domain/text/storable-text.js";
import { episodeRecord } from "../record-schemas.js";
import { parseRecord } from "../parse-record.js";

const maxLabelLength = 1_000;

/**
 * The episode as a store takes it: texts cleaned and cut; a new object.
 *
 * @throws {PersonaAgentError} `memory-record-invalid` when it is no episode.
 */
export function storableEpisode(episode: Episode): Episode {
  const label = (text: string) => storableText(text, maxLabelLength);
  const response = (text: string) => storableText(text, episodeTextLimits.response);
  const { feedback } = episode;
  const value = {
    ...episode,
    query: storableText(episode.query, episodeTextLimits.query),
    response: ifAny(episode.response, response),
    groundTruth: ifAny(episode.groundTruth, (text) =>
      storableText(text, episodeTextLimits.groundTruth),
    ),
    feedback: feedback === null ? null : { ...feedback, author: label(feedback.author) },
    replacedResponses: episode.replacedResponses.map(response),
    toolsUsed: episode.toolsUsed.map(label),
    threadId: ifAny(episode.threadId, label),
    task: ifAny(episode.task, label),
  };
  return parseRecord(episodeRecord, { namespace: ["episode"], key: episode.id, value });
}

/**
 * What stands after `incoming` is written over `stored`. What a person gave (true answer, feedback) is never lost, and
 * only `update` changes it. Another response takes the place of the old one, together with the tools and the persona
 * version that made it; a response is at no time in the record twice, so writers that alternate do not make it grow.
 */
export function mergeEpisode(stored: Episode, incoming: Episode): Episode {
  const answered = stored.groundTruth === null && incoming.groundTruth !== null;
  const replaced = incoming.response !== null && incoming.response !== stored.response;
  const current = replaced ? incoming : stored;
  const earlier = [
    ...stored.replacedResponses,
    ...incoming.replacedResponses,
    ...(replaced && stored.response !== null ? [stored.response] : []),
  ];
  return {
    ...stored,
    response: current.response,
    toolsUsed: current.toolsUsed,
    personaVersion: current.personaVersion,
    replacedResponses: [...new Set(earlier)].filter((text) => text !== current.response),
    groundTruth: stored.groundTruth ?? incoming.groundTruth,
    feedback: answered
      ? (incoming.feedback ?? stored.feedback)
      : (stored.feedback ?? incoming.feedback),
  };
}

function ifAny(text: string | null, change: (text: string) => string): string | null {
  return text === null ? null : change(text);
}
