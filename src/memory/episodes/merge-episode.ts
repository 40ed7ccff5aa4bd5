import {
  type Episode,
  episodeSchema,
  episodeTextLimits,
  isEpisodeId,
} from "../../domain/episode.js";
import { storableText } from "../../domain/text/storable-text.js";
import { PersonaAgentError } from "../../system/errors.js";

const maxLabelLength = 1_000;

/**
 * The episode as it is stored: a new object, with texts cleaned and cut.
 *
 * @throws {PersonaAgentError} `config-invalid` when it is not a valid episode.
 */
export function storableEpisode(episode: Episode): Episode {
  const label = (text: string) => storableText(text, maxLabelLength);
  const response = (text: string) => storableText(text, episodeTextLimits.response);
  const { feedback, groundTruth, threadId, task } = episode;
  const reason = feedback?.reason && storableText(feedback.reason, episodeTextLimits.reason);
  const value = {
    ...episode,
    query: storableText(episode.query, episodeTextLimits.query),
    response: episode.response === null ? null : response(episode.response),
    groundTruth:
      groundTruth === null ? null : storableText(groundTruth, episodeTextLimits.groundTruth),
    feedback: feedback === null ? null : { ...feedback, author: label(feedback.author), reason },
    replacedResponses: episode.replacedResponses.map(response),
    toolsUsed: episode.toolsUsed.map(label),
    threadId: threadId === null ? null : label(threadId),
    task: task === null ? null : label(task),
  };
  const { data, error } = episodeSchema.safeParse(value);
  if (data !== undefined) return data;
  const id = JSON.stringify(String(episode.id).slice(0, 60));
  throw new PersonaAgentError(
    "config-invalid",
    isEpisodeId(String(episode.id))
      ? `The episode ${id} is not valid (${error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}); expected the fields of an episode. Correct it.`
      : `The episode's id is ${id}; expected 26 letters and digits that begin with its time. Store it with \`remember\`, which takes an id of your own.`,
  );
}

/**
 * `incoming` written over `stored`. A person's true answer and feedback are never lost; only `update` changes them. A
 * new response replaces the old one, together with its tools and persona version. A record has each response only
 * once, so writers that alternate do not make it grow.
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
    ...statedAnswers(stored, incoming),
    // Marked once, it stays so: an import may be made again to say it.
    source: incoming.source === "foreign" ? "foreign" : stored.source,
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

/** What was stated last of the answers that the question allows: an import may be made again to say it. */
function statedAnswers(stored: Episode, incoming: Episode): Pick<Episode, "options" | "scale"> {
  const { options, scale } = (incoming.options ?? incoming.scale) === null ? stored : incoming;
  return { options, scale };
}
