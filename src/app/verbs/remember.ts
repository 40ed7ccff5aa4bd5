import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { importedEpisode, ownIdentity, turnEpisodeId } from "../../domain/episode.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { readAnswerFields } from "../../formats/answer-fields.js";
import { parseItemTime } from "../../formats/item-time.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import { PersonaAgentError } from "../../system/errors.js";
import { showWholeEpisode } from "./shown-episode.js";

const maxOwnIdLength = 200;

/** Errors as `UserVerbs.remember`. */
export async function rememberInteraction(
  { user, query, response, answer, options, scale, at, id, foreign = false }: VerbInput<"remember">,
  { episodes, now }: { readonly episodes: EpisodicMemory; readonly now: () => Date },
): Promise<VerbOutput<"remember">> {
  const userId = parseUserId(user);
  const text = parseMessageText(query, "The query");
  const stated = readAnswerFields(options, scale);
  if (typeof stated === "string")
    throw invalid(`The interaction cannot be stored: ${stated}. Correct it.`);
  if (foreign && answer !== undefined)
    throw invalid(
      "The interaction is `foreign` and has an answer; expected none, because only the user's own answer is true of them. Leave one out.",
    );
  const time = at === undefined ? now().toISOString() : parseTime(at);
  const ownId = id === undefined ? crypto.randomUUID() : parseOwnId(id);
  const identity = ownIdentity(userKey(userId), ownId);
  const known = id === undefined ? null : await episodes.findTurn(userId, identity);
  const episodeId = known ?? turnEpisodeId(time, identity);
  const stored = known === null ? null : await episodes.get(userId, known);
  if (stored !== null && stored.query !== text)
    throw invalid(
      `The id ${JSON.stringify(ownId)} is that of another interaction (${episodeId}); expected the same query, or another id. Correct one of them.`,
    );
  const { episode } = await episodes.add(
    userId,
    importedEpisode({
      id: episodeId,
      at: stored === null ? time : stored.at,
      query: text,
      ...stated,
      response: response === undefined ? null : parseMessageText(response, "The response"),
      groundTruth:
        answer === undefined ? null : parseMessageText(String(answer), "The true answer"),
      task: null,
      isForeign: foreign,
    }),
  );
  if (episode === null) throw new TypeError("An interaction that is no turn was not stored.");
  return showWholeEpisode(episode);
}

function parseTime(at: string): string {
  const time = parseItemTime(at);
  if (time !== null) return time.at;
  throw invalid(
    `The time is ${JSON.stringify(at.slice(0, 60))}; expected ISO 8601, such as 2024-05-01T09:30:00Z or 2024-05-01. Correct it, or leave it out for now.`,
  );
}

function parseOwnId(id: string): string {
  const isPlain = id.trim() !== "" && id.length <= maxOwnIdLength && id.isWellFormed();
  // eslint-disable-next-line no-control-regex
  if (isPlain && !/[\u0000-\u001f\u007f]/.test(id)) return id;
  throw invalid(
    `The id of your own is ${JSON.stringify(id.toWellFormed().slice(0, 60))}; expected 1 to ${maxOwnIdLength} characters without control characters. Correct it, or leave it out.`,
  );
}

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
