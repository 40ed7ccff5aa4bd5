import {
  type AlignmentItem,
  asKnownBefore,
  restsOnItemAlone,
} from "../../domain/alignment/alignment-item.js";
import type { Episode } from "../../domain/episode.js";
import type { UserLocale } from "../../domain/locale.js";
import type { PersonaCheckpoint, PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import type { Profile } from "../../domain/profile.js";
import type { EpisodicMemory, RecallBounds } from "./episodic-memory.js";
import type { LocaleStore } from "../personas/locale-store.js";
import type { PersonaLog } from "../personas/persona-log.js";
import type { ProfileLog } from "../personas/profile-log.js";

/** The persona, profile and locale of one simulation. */
export interface SimulationGiven {
  /** The parent, or a candidate that is in no log yet. */
  readonly persona: Omit<PersonaCheckpoint, "alignment">;
  /** Lines of the persona that the item has taught; see `taughtLines`. None unless given. */
  readonly taught?: readonly PersonaLine[];
  /** One that was drawn without the item's answer. */
  readonly profile: Profile | null;
  readonly locale: UserLocale;
  /** Whether the simulation must not see the item's answer. False only in an evaluation that measures the difference. */
  readonly leaveOneOut: boolean;
}

/** The parts of memory that an agent graph needs; a simulation has no access to others. */
export interface SimulationMemory {
  readonly episodes: Pick<EpisodicMemory, "latest" | "similar" | "findTurn" | "withdrawals">;
  readonly profiles: Pick<ProfileLog, "current">;
  readonly personas: Pick<PersonaLog, "head">;
  readonly locales: Pick<LocaleStore, "get">;
}

/**
 * The memory of an agent that answers a past question again. Nothing is written. With `leaveOneOut` it is the memory of
 * just before the item: it lacks the item, its duplicates, later episodes, and what is known to have been said of an
 * earlier episode after the item (see `asKnownBefore`). The search itself uses the present records, so such words can
 * still influence which earlier episodes are found.
 *
 * Lines that the item has taught are left out, as is whatever rests on the item alone. What rests on later items stays:
 * otherwise a persona learned from the latest items could not be judged on earlier ones. A text that paper mode wrote
 * stays whole, because it has no evidence.
 *
 * The earlier turns of the item's thread are in the prompt before the question, so they are not recalled.
 */
export function leaveOneOutMemory(
  { episodes }: { readonly episodes: Pick<EpisodicMemory, "latest" | "similar"> },
  item: AlignmentItem,
  { persona, taught = [], profile, locale, leaveOneOut }: SimulationGiven,
): SimulationMemory {
  const { episodeId, duplicates } = item;
  const inThread = item.earlier.map((turn) => turn.episodeId);
  // Nothing was read ahead for a simulation's turn, and two simulations that ask the same share the search.
  const bounded = ({ turnId: _turnId, ...bounds }: RecallBounds = {}): RecallBounds => {
    const excludeIds = [...(bounds.excludeIds ?? []), ...inThread];
    if (!leaveOneOut) return { ...bounds, excludeIds };
    const { beforeId = episodeId } = bounds;
    return {
      ...bounds,
      beforeId: beforeId < episodeId ? beforeId : episodeId,
      excludeIds: [...excludeIds, episodeId, ...duplicates],
    };
  };
  const then = (episode: Episode) => (leaveOneOut ? asKnownBefore(item, episode) : episode);
  const known = <T extends { readonly evidence: readonly string[] }>(parts: readonly T[]): T[] =>
    parts.filter(({ evidence }) => !leaveOneOut || !restsOnItemAlone(item, evidence));
  const isTaught = (line: PersonaLine) =>
    taught.some(({ text, tool }) => text === line.text && tool === line.tool);
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
      // Its thread is made from what is left.
      withdrawals: async () => [],
    },
    profiles: {
      current: async () => profile && { ...profile, statements: known(profile.statements) },
    },
    personas: {
      // The critiques quote true answers, and a turn does not need them.
      head: async () => ({
        ...persona,
        lines: known(persona.lines).filter((line) => !leaveOneOut || !isTaught(line)),
        alignment: null,
      }),
    },
    locales: { get: async () => locale },
  };
}
