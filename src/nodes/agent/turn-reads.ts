import type { UserLocale } from "../../domain/locale.js";
import type { Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { Profile } from "../../domain/profile.js";
import { userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { Visits } from "../../memory/visits.js";

export interface TurnReadsDeps {
  readonly episodes: Pick<Memory["episodes"], "withdrawals">;
  readonly profiles: Pick<Memory["profiles"], "current">;
  readonly personas: Pick<Memory["personas"], "head">;
  readonly locales: Pick<Memory["locales"], "get">;
  readonly now: () => Date;
}

/** What a turn begins with. Each read may fail on its own. */
export interface TurnStart {
  /** Before memory was read: a deletion after that is one that the answer may repeat. */
  readonly at: Date;
  readonly persona: Promise<PersonaCheckpoint>;
  readonly profile: Promise<Profile | null>;
  /** Also finishes a deletion that was interrupted; the others leave out already what it takes. */
  readonly withdrawals: Promise<Withdrawal[]>;
  readonly locale: Promise<UserLocale>;
}

export interface TurnReads {
  /** Begins to read within the present visit of the user, whose run is about to begin. */
  begin(userId: string): void;
  /** What was begun in this visit, once; what is read now otherwise. */
  take(userId: string): TurnStart;
}

export function readTurnStart(deps: TurnReadsDeps, userId: string): TurnStart {
  const start = {
    at: deps.now(),
    persona: deps.personas.head(userId),
    profile: deps.profiles.current(userId),
    withdrawals: deps.episodes.withdrawals(userId),
    locale: deps.locales.get(userId),
  };
  // Whoever waits for one is told; nobody may.
  for (const each of [start.persona, start.profile, start.withdrawals, start.locale])
    each.catch(() => undefined);
  return start;
}

/**
 * Reads ahead what a turn begins with, while it is asked whether its user was erased and before its thread is read, so
 * that a store can answer both at once.
 */
export function createTurnReads(
  deps: TurnReadsDeps & { readonly episodes: Pick<Memory["episodes"], "beginTurn"> },
  visits: Pick<Visits, "present">,
): TurnReads {
  const begun = new WeakMap<object, TurnStart>();
  return {
    begin(userId) {
      const visit = visits.present(userKey(userId));
      if (visit === undefined) return;
      deps.episodes.beginTurn(userId);
      begun.set(visit, readTurnStart(deps, userId));
    },
    take(userId) {
      const visit = visits.present(userKey(userId));
      const start = visit && begun.get(visit);
      if (visit === undefined || start === undefined) return readTurnStart(deps, userId);
      begun.delete(visit);
      return start;
    },
  };
}
