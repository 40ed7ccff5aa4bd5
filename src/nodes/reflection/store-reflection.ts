import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import { canBeInferred, type InferredFeedback } from "../../domain/inferred-feedback.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import { withDegraded } from "../../state/agent-state.js";
import type { ReflectionState, ReflectionUpdate } from "../../state/reflection-state.js";

export interface StoreReflectionDeps {
  readonly episodes: Pick<Memory["episodes"], "update">;
  readonly profiles: Pick<Memory["profiles"], "appendAfter">;
  readonly reflections: Memory["reflections"];
}

/**
 * Stores what a reflection learned: feedback first, then the profile, and last that the turns are read. So after a crash
 * they are read again, and what was stored already stays as it is: an episode with feedback is not changed.
 *
 * Where an alignment brought the profile up to date meanwhile, its version stays, and the turns count as unread.
 */
export function createStoreReflection({ episodes, profiles, reflections }: StoreReflectionDeps) {
  return async function storeReflection(
    { proposal, degraded: before }: ReflectionState,
    runtime: LangGraphRunnableConfig,
  ): Promise<ReflectionUpdate> {
    if (proposal === null) return {};
    const userId = parseUserId(parseRunConfig(runtime).userId);
    const reactions: InferredFeedback[] = [];
    let degraded = before;
    for (const reaction of proposal.reactions) {
      const written = await storeReaction(userId, reaction);
      if (written === null) continue;
      reactions.push(reaction);
      degraded = withDegraded(degraded, written.degraded);
    }
    const profile =
      proposal.profile === null
        ? null
        : await profiles.appendAfter(userId, proposal.baseId, proposal.profile);
    const isProfileLost = proposal.profile !== null && profile === null;
    const { lastReadId } = await reflections.get(userId);
    const isLater = !isProfileLost && proposal.lastReadId > (lastReadId ?? "");
    await reflections.update(userId, {
      lastReadId: isLater ? proposal.lastReadId : lastReadId,
      error: null,
    });
    return { proposal: null, reactions, profile, degraded };
  };

  /** `null` where feedback came meanwhile, or the episode or the message that shows it was deleted. */
  async function storeReaction(userId: string, reaction: InferredFeedback) {
    const { episodeId, kind, groundTruth, reason, at, shownBy, confidence } = reaction;
    const inferred = { episodeId: shownBy, confidence };
    let isWritten = false;
    try {
      const { degraded } = await episodes.update(userId, episodeId, (stored, withdrawals) => {
        const isDeleted = withdrawals.some(
          (each) => each.what === "deleted" && each.episodeId === shownBy,
        );
        isWritten = canBeInferred(stored) && !isDeleted;
        if (!isWritten) return null;
        return { groundTruth, feedback: { kind, author: userId, at, reason, inferred } };
      });
      return isWritten ? { degraded } : null;
    } catch (error) {
      if (PersonaAgentError.is(error, "config-episode-unknown")) return null;
      throw error;
    }
  }
}
