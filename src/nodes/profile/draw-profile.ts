import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import { mergeConfigs, type RunnableConfig } from "@langchain/core/runnables";
import type { z } from "zod";
import type { Profile, ProfileStatement } from "../../domain/profile.js";
import { estimateTokens, storableText } from "../../domain/text/storable-text.js";
import { userKey } from "../../domain/user-id.js";
import { noUsage } from "../../domain/usage.js";
import type { Usage } from "../../domain/usage.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import type { ProfileLog } from "../../memory/personas/profile-log.js";
import type { ask, Asked } from "../../model/ask-structured.js";
import { renderAnswerCounts, renderHistory } from "../../prompts/learning/history.js";
import { profileAnswerSchema, profilePrompt } from "../../prompts/learning/profile.js";
import { readWholeHistory, type WholeHistory } from "./read-history.js";

/** Most tokens (estimated) of the one prompt that a profile is drawn from. */
export const defaultProfileTokens = 8_000;

/** Most of one statement that is kept, in UTF-16 units. */
const maxStatementLength = 400;

/** Most episodes that one statement names as its evidence; the latest are kept. */
const maxEvidence = 12;

export interface BuildProfileOptions {
  readonly model: BaseChatModel;
  /** Stands in the profile as its author, such as `openai:gpt-4o-mini`. */
  readonly modelName: string;
  readonly episodes: Pick<EpisodicMemory, "list">;
  readonly profiles: Pick<ProfileLog, "append">;
  /** The present, ISO 8601 UTC. */
  readonly now: () => string;
  /** Most tokens (estimated) of the prompt; a few hundred of them are the instructions. */
  readonly maxTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Callbacks, tags and metadata of the run that the model call belongs to. */
  readonly config?: RunnableConfig | undefined;
  readonly ask: typeof ask;
}

/**
 * Draws a user's profile from all that they did, in one model call, and appends it to the user's profiles.
 * Answers are counted over the whole history; of the items themselves the latest that fit are shown.
 * A statement keeps only evidence that was shown, and is dropped when none is left.
 *
 * @returns `profile` null, without a model call, for a user without episodes.
 * @throws {PersonaAgentError} `model-output-invalid` when every repair failed; nothing is appended then.
 */
export async function buildProfile(
  userId: string,
  options: BuildProfileOptions,
): Promise<{ readonly profile: Profile | null; readonly usage: Usage }> {
  const history = await readWholeHistory(userId, options.episodes, options.now);
  return drawProfile(userId, history, options);
}

/** `buildProfile` from a history that was read already. */
export async function drawProfile(
  userId: string,
  { at, episodes }: WholeHistory,
  options: BuildProfileOptions,
): Promise<{ readonly profile: Profile | null; readonly usage: Usage }> {
  const { modelName, profiles, maxTokens = defaultProfileTokens } = options;
  const last = episodes.at(-1);
  if (last === undefined) return { profile: null, usage: noUsage };

  const counts = renderAnswerCounts(episodes);
  const spent = estimateTokens(profilePrompt.render({ counts, history: "" }));
  const history = renderHistory(episodes, maxTokens - spent);
  const { answer, usage } = await askForProfile(
    userId,
    profilePrompt.render({ counts, history: history.block }),
    profileAnswerSchema,
    options,
  );
  const profile = await profiles.append(userId, {
    at,
    statements: answer.statements.flatMap(({ text, items }) =>
      groundedStatement(text, shownEpisodes(items, history.episodeIds)),
    ),
    lastEpisodeId: last.id,
    episodeCount: episodes.length,
    model: modelName,
  });
  return { profile, usage };
}

/** The one model call of a profile, as it stands in a trace. */
export function askForProfile<Answer>(
  userId: string,
  prompt: string,
  schema: z.ZodType<Answer>,
  { model, modelName, ask, signal, config }: BuildProfileOptions,
): Promise<Asked<Answer>> {
  return ask({
    model,
    messages: [new HumanMessage(prompt)],
    schema,
    name: "profile",
    signal,
    config: mergeConfigs(config, {
      runName: "profile",
      tags: ["persona-agent"],
      metadata: { userId: userKey(userId), model: modelName },
    }),
  });
}

/** The episodes behind item numbers; a number that was not shown stands for none. */
export function shownEpisodes(items: readonly number[], episodeIds: readonly string[]): string[] {
  return items.flatMap((number) => episodeIds[number - 1] ?? []);
}

/** The statement as it is kept, its evidence the latest of these episodes; none where it says nothing or rests on nothing. */
export function groundedStatement(
  text: string,
  episodeIds: readonly string[],
): [] | [ProfileStatement] {
  const evidence = [...new Set(episodeIds)].toSorted().slice(-maxEvidence);
  const kept = storableText(text.replaceAll(/\s+/g, " ").trim(), maxStatementLength);
  return evidence.length === 0 || kept === "" ? [] : [{ text: kept, evidence }];
}
