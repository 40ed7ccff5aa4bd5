import {
  type AlignmentItem,
  asKnownBefore,
  restsOnItemAlone,
} from "../../domain/alignment/alignment-item.js";
import type { Episode } from "../../domain/episode.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { Profile } from "../../domain/profile.js";
import type { EpisodicMemory, RecallBounds } from "./episodic-memory.js";
import type { PersonaLog } from "../personas/persona-log.js";
import type { ProfileLog } from "../personas/profile-log.js";

/** What one simulation is run under. */
export interface SimulationGiven {
  /** The parent, or a candidate that no log has yet. */
  readonly persona: Omit<PersonaCheckpoint, "alignment">;
  readonly profile: Profile | null;
  /** Whether the item's answer is kept from its simulation. False only for an evaluation that measures what that gives. */
  readonly leaveOneOut: boolean;
}

/** The parts of memory that an agent graph is built on, and no other way into it. */
export interface SimulationMemory {
  readonly episodes: Pick<EpisodicMemory, "latest" | "similar" | "findTurn">;
  readonly profiles: Pick<ProfileLog, "current">;
  readonly personas: Pick<PersonaLog, "head">;
}

/**
 * The memory that the agent gets when it is asked a past question again. Nothing is written. With `leaveOneOut` it is
 * the memory of just before the item: neither the item, nor a duplicate of it, nor a later episode can be read, nor
 * what is known to have been said of an earlier one after the item was asked (see `asKnownBefore`). The search itself
 * goes by the present records, so such words can still tell which earlier episodes are found.
 *
 * What profile and persona say on the strength of the item alone is left out. What rests on other items as well stays,
 * on later ones too, or a persona learned from the latest items could not be judged on earlier ones.
 *
 * The earlier turns of the item's thread stand before the question, and are not recalled as well.
 *
 * A text that paper mode wrote stays whole: it does not say what it rests on.
 */
export function leaveOneOutMemory(
  { episodes }: { readonly episodes: Pick<EpisodicMemory, "latest" | "similar"> },
  item: AlignmentItem,
  { persona, profile, leaveOneOut }: SimulationGiven,
): SimulationMemory {
  const { episodeId, duplicates } = item;
  const inThread = item.earlier.map((turn) => turn.episodeId);
  const bounded = (asked: RecallBounds = {}): RecallBounds => {
    const excludeIds = [...(asked.excludeIds ?? []), ...inThread];
    if (!leaveOneOut) return { ...asked, excludeIds };
    const isNarrower = asked.beforeId !== undefined && asked.beforeId < episodeId;
    return {
      ...asked,
      ...(isNarrower ? {} : { beforeId: episodeId }),
      excludeIds: [...excludeIds, episodeId, ...duplicates],
    };
  };
  const then = (episode: Episode) => (leaveOneOut ? asKnownBefore(item, episode) : episode);
  const known = <T extends { readonly evidence: readonly string[] }>(parts: readonly T[]): T[] =>
    parts.filter(({ evidence }) => !leaveOneOut || !restsOnItemAlone(item, evidence));
  return {
    episodes: {
      latest: async (userId, limit, bounds) => {
        const found = await episodes.latest(userId, limit, bounded(bounds));
        return found.flatMap((episode) => then(episode) ?? []);
      },
      similar: async (userId, query, limit, bounds) => {
        const found = await episodes.similar(userId, query, limit, bounded(bounds));
        const recalled = found.recalled.flatMap(({ episode, score }) => {
          const known = then(episode);
          return known === null ? [] : [{ episode: known, score }];
        });
        return { ...found, recalled };
      },
      findTurn: async () => null,
    },
    profiles: {
      current: async () => profile && { ...profile, statements: known(profile.statements) },
    },
    personas: {
      // Its critiques quote true answers, and nothing in a turn needs them.
      head: async () => ({ ...persona, lines: known(persona.lines), alignment: null }),
    },
  };
}
