import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import type { Episode } from "../domain/episode.js";
import type { Profile, ProfileStatement } from "../domain/profile.js";
import { estimateTokens, storableText } from "../domain/text.js";
import { userKey } from "../domain/user-id.js";
import { noUsage } from "../domain/usage.js";
import type { Usage } from "../domain/usage.js";
import type { EpisodicMemory } from "../memory/episodic-memory.js";
import type { ProfileMemory } from "../memory/profile-memory.js";
import type { ask } from "../model/ask.js";
import { renderAnswerCounts, renderHistory } from "../prompts/history.js";
import { profileAnswerSchema, profilePrompt } from "../prompts/profile.js";
import type { ProfileAnswer } from "../prompts/profile.js";

/** Most tokens (estimated) of the one prompt that a profile is drawn from. */
export const defaultProfileTokens = 8_000;

/** Most of one statement that is kept, in UTF-16 units. */
const maxStatementLength = 400;

const pageSize = 500;

export interface BuildProfileOptions {
  readonly model: BaseChatModel;
  /** Stands in the profile as its author, such as `openai:gpt-4o-mini`. */
  readonly modelName: string;
  readonly episodes: Pick<EpisodicMemory, "list">;
  readonly profiles: Pick<ProfileMemory, "append">;
  /** The present, ISO 8601 UTC. */
  readonly now: () => string;
  /** Most tokens (estimated) of the prompt; a few hundred of them are the instructions. */
  readonly maxTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const { model, modelName, profiles, now, maxTokens = defaultProfileTokens, signal } = options;
  const episodes = await listOldestFirst(options.episodes, userId);
  const last = episodes.at(-1);
  if (last === undefined) return { profile: null, usage: noUsage };

  const counts = renderAnswerCounts(episodes);
  const spent = estimateTokens(profilePrompt.render({ counts, history: "" }));
  const history = renderHistory(episodes, maxTokens - spent);
  const { answer, usage } = await options.ask({
    model,
    messages: [new HumanMessage(profilePrompt.render({ counts, history: history.block }))],
    schema: profileAnswerSchema,
    name: "profile",
    signal,
    config: {
      runName: "profile",
      tags: ["persona-agent"],
      metadata: { userId: userKey(userId), model: modelName },
    },
  });
  const profile = await profiles.append(userId, {
    at: now(),
    statements: groundStatements(answer, history.episodeIds),
    lastEpisodeId: last.id,
    episodeCount: episodes.length,
    model: modelName,
  });
  return { profile, usage };
}

async function listOldestFirst(
  memory: Pick<EpisodicMemory, "list">,
  userId: string,
): Promise<Episode[]> {
  const found: Episode[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await memory.list(userId, {
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    if (page.length === 0) return found.toReversed();
    found.push(...page);
  }
}

/** Statements whose item numbers are turned into episode ids; a number that was not shown is no evidence. */
function groundStatements(
  { statements }: ProfileAnswer,
  episodeIds: readonly string[],
): ProfileStatement[] {
  return statements.flatMap(({ text, items }) => {
    const evidence = [...new Set(items)]
      .toSorted((a, b) => a - b)
      .flatMap((number) => episodeIds[number - 1] ?? []);
    const kept = storableText(text.replaceAll(/\s+/g, " ").trim(), maxStatementLength);
    return evidence.length === 0 || kept === "" ? [] : [{ text: kept, evidence }];
  });
}
