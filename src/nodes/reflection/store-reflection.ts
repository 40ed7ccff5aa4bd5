import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import { canBeInferred, type InferredFeedback } from "../../domain/inferred-feedback.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import { readEpisodes } from "./select-turns.js";
import { withDegraded } from "../../state/agent-state.js";
import type { ReflectionState, ReflectionUpdate } from "../../state/reflection-state.js";

export interface StoreReflectionDeps {
  readonly episodes: Pick<Memory["episodes"], "latest" | "update">;
  readonly profiles: Pick<Memory["profiles"], "append">;
  readonly reflections: Memory["reflections"];
}

/**
 * Stores what a reflection learned: feedback first, then the profile, and last that the turns are read. So after a crash
 * they are read again, and what was stored already stays as it is: an episode with feedback is not changed.
 */
export function createStoreReflection({ episodes, profiles, reflections }: StoreReflectionDeps) {
  return async function storeReflection(
    { proposal, degraded: before }: ReflectionState,
    runtime: LangGraphRunnableConfig,
  ): Promise<ReflectionUpdate> {
    if (proposal === null) return {};
    const userId = parseUserId(parseRunConfig(runtime).userId);
    const isGone = await goneFrom(userId);
    const reactions: InferredFeedback[] = [];
    let degraded = before;
    for (const reaction of proposal.reactions) {
      if (isGone(reaction.shownBy)) continue;
      const written = await storeReaction(userId, reaction);
      if (written === null) continue;
      reactions.push(reaction);
      degraded = withDegraded(degraded, written.degraded);
    }
    const kept =
      proposal.profile?.statements.filter(({ evidence }) => !evidence.some(isGone)) ?? [];
    const profile =
      proposal.profile === null || kept.length === 0
        ? null
        : await profiles.append(userId, { ...proposal.profile, statements: kept });
    const { lastReadId } = await reflections.get(userId);
    const isLater = proposal.lastReadId > (lastReadId ?? "");
    await reflections.update(userId, {
      lastReadId: isLater ? proposal.lastReadId : lastReadId,
      error: null,
    });
    return { proposal: null, reactions, profile, degraded };
  };

  /** Whether a turn that was read was deleted since: what rests on it is not stored. */
  async function goneFrom(userId: string): Promise<(id: string) => boolean> {
    const left = new Set((await episodes.latest(userId, readEpisodes)).map(({ id }) => id));
    const oldest = [...left].at(-1);
    return (id) => !left.has(id) && (oldest === undefined || id > oldest);
  }

  /** `null` where feedback came meanwhile, or the episode was deleted. */
  async function storeReaction(userId: string, reaction: InferredFeedback) {
    const { episodeId, kind, groundTruth, at, shownBy, confidence } = reaction;
    const inferred = { episodeId: shownBy, confidence };
    let isWritten = false;
    try {
      const { degraded } = await episodes.update(userId, episodeId, (stored) => {
        isWritten = canBeInferred(stored);
        if (!isWritten) return null;
        return { groundTruth, feedback: { kind, author: userId, at, inferred } };
      });
      return isWritten ? { degraded } : null;
    } catch (error) {
      if (PersonaAgentError.is(error, "config-episode-unknown")) return null;
      throw error;
    }
  }
}
