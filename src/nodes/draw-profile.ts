import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import { mergeConfigs, type RunnableConfig } from "@langchain/core/runnables";
import type { z } from "zod";
import { maxReplaced, type Profile, type ProfileStatement } from "../domain/profile.js";
import type { Episode } from "../domain/episode.js";
import { episodesQuoted, splitCounts, withCounts } from "../domain/statement-counts.js";
import { estimateTokens, storableText } from "../domain/text/storable-text.js";
import { noUsage, type Usage } from "../domain/usage.js";
import { userKey } from "../domain/user-id.js";
import type { Memory } from "../memory/memory.js";
import type { NewProfile } from "../memory/personas/profile-log.js";
import { ask, type Asked } from "../model/ask-structured.js";
import { renderAnswerCounts, renderHistory } from "../prompts/learning/history.js";
import { profileAnswerSchema, profilePrompt } from "../prompts/learning/profile.js";
import { readWholeHistory, type WholeHistory } from "./read-history.js";

/** Most tokens (estimated) of the one prompt that a profile is drawn from. */
export const defaultProfileTokens = 8_000;

/** Most of one statement that is stored, in UTF-16 units. */
const maxStatementLength = 400;

/** Most episodes that one statement cites; the latest are stored. */
const maxEvidence = 12;

export interface BuildProfileOptions {
  readonly model: BaseChatModel;
  /** Stored in the profile as its author, such as `openai:gpt-4o-mini`. */
  readonly modelName: string;
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly profiles: Pick<Memory["profiles"], "append">;
  /** The present, ISO 8601 UTC. */
  readonly now: () => string;
  /** Most tokens (estimated) of the prompt; a few hundred of them are the instructions. */
  readonly maxTokens?: number | undefined;
  /** Signal, callbacks, tags and metadata of the run that makes the model call. */
  readonly config?: RunnableConfig | undefined;
}

/**
 * Draws a user's profile from their whole history in one model call, and appends it to the user's profiles. Answers
 * are counted over the whole history; of the items, the latest that fit are shown. A statement keeps only evidence
 * that was shown or that holds words it quotes, and is dropped when the model cites none.
 *
 * @returns `profile` null, without a model call, for a user without episodes.
 * @throws {PersonaAgentError} `model-output-invalid` when every repair failed; nothing is appended then.
 */
export async function buildProfile(
  userId: string,
  options: BuildProfileOptions,
): Promise<{ readonly profile: Profile | null; readonly usage: Usage }> {
  const history = await readWholeHistory(userId, options.episodes, options.now);
  return drawProfile(userId, history, options, (profile) =>
    options.profiles.append(userId, profile),
  );
}

/** `buildProfile` from a history that was already read, stored by `append`. */
export async function drawProfile<Stored>(
  userId: string,
  { at, episodes }: WholeHistory,
  options: Omit<BuildProfileOptions, "profiles">,
  append: (profile: NewProfile) => Promise<Stored>,
): Promise<{ readonly profile: Stored | null; readonly usage: Usage }> {
  const { modelName, maxTokens = defaultProfileTokens } = options;
  const last = episodes.at(-1);
  if (last === undefined) return { profile: null, usage: noUsage };

  const counts = renderAnswerCounts(episodes);
  const used = estimateTokens(profilePrompt.render({ counts, history: "" }));
  const { block, episodeIds } = renderHistory(episodes, maxTokens - used);
  const prompt = profilePrompt.render({ counts, history: block });
  const { answer, usage } = await askForProfile(userId, prompt, profileAnswerSchema, options);
  const profile = await append({
    at,
    statements: answer.statements.flatMap(({ text, items }) =>
      groundedStatement(text, shownEpisodes(items, episodeIds), episodes),
    ),
    lastEpisodeId: last.id,
    episodeCount: episodes.length,
    model: modelName,
  });
  return { profile, usage };
}

/** The one model call of a profile. Its trace is named `profile`. */
export function askForProfile<Answer>(
  userId: string,
  prompt: string,
  schema: z.ZodType<Answer>,
  { model, modelName, config }: Pick<BuildProfileOptions, "model" | "modelName" | "config">,
): Promise<Asked<Answer>> {
  const metadata = { userId: userKey(userId), model: modelName };
  return ask({
    model,
    messages: [new HumanMessage(prompt)],
    schema,
    name: "profile",
    config: mergeConfigs(config, { runName: "profile", tags: ["persona-agent"], metadata }),
  });
}

/** The episodes with these item numbers; a number that was not shown is ignored. */
export function shownEpisodes(items: readonly number[], episodeIds: readonly string[]): string[] {
  return items.flatMap((number) => episodeIds[number - 1] ?? []);
}

/**
 * The statement to store, with the latest of these episodes as evidence, and of those with words that it quotes; what the
 * user answered in them is counted and stands with it. None without text or without evidence.
 *
 * @param episodes - All that are known, oldest first, to count in.
 * @param replaces - What it takes the place of, latest first; the first few are stored.
 */
export function groundedStatement(
  text: string,
  episodeIds: readonly string[],
  episodes: readonly Episode[],
  replaces: ProfileStatement["replaces"] = [],
): [] | [ProfileStatement] {
  const plain = splitCounts(text.replaceAll(/\s+/g, " ").trim()).text;
  const line = storableText(plain, maxStatementLength);
  if (episodeIds.length === 0 || line === "") return [];
  const evidence = [...new Set([...episodeIds, ...episodesQuoted(line, episodes, maxEvidence)])]
    .toSorted()
    .slice(-maxEvidence);
  const counted = withCounts(line, evidence, episodes);
  return [{ text: counted, evidence, replaces: replaces.slice(0, maxReplaced) }];
}
