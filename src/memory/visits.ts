import { AsyncLocalStorage } from "node:async_hooks";
import type { UserKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { withTimeLimit } from "../system/time-limit.js";

/**
 * Something that reads a user's data and may write: a turn, a run, an import, one change. It knows whether the user was
 * erased before it began, so that it cannot bring back what was erased since.
 */
export interface Visit {
  readonly user: UserKey;
  /** Aborts when the user is erased in this process. */
  readonly signal: AbortSignal;
  /**
   * Which erasure of the user was the last one when this visit began; empty if there was none. Asked for before anything
   * is read.
   *
   * @throws {PersonaAgentError} `memory-user-erased` while an erasure runs, `memory-store-unavailable`.
   */
  since(): Promise<string>;
  run<Result>(task: () => Result): Result;
  /** The same stream, whose steps run in this visit; it ends the visit. */
  over<Chunk>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk>;
  end(): void;
}

/** The visits in this process, of one store. */
export interface Visits {
  open(user: UserKey): Visit;
  /** Runs a task in the present visit of the user, or in one of its own. */
  within<Result>(user: UserKey, task: () => Promise<Result>): Promise<Result>;
  /** The user's visit that the caller is in. */
  present(user: UserKey): Visit | undefined;
  /** Whether the user was erased since the caller's visit of them began, or is being erased. */
  isOutdated(user: UserKey): Promise<boolean>;
  /** Aborts those of a user, and waits for their end: no longer than a few seconds, as what they write is refused. */
  stop(user: UserKey): Promise<void>;
}

/** Long enough for everything that listens to its signal. */
const stopWithinMs = 5_000;

const current = new AsyncLocalStorage<Visit>();

/** The visit that the caller is in, of any store. */
export const presentVisit = (): Visit | undefined => current.getStore();

/** @param lastErasure - Reads what `Visit.since` says. */
export function createVisits(lastErasure: (user: UserKey) => Promise<string>): Visits {
  const open = new Map<UserKey, Set<OpenVisit>>();

  function openVisit(user: UserKey): OpenVisit {
    const visit = new OpenVisit(user, lastErasure, () => {
      const others = open.get(user);
      others?.delete(visit);
      if (others?.size === 0) open.delete(user);
    });
    open.set(user, (open.get(user) ?? new Set()).add(visit));
    return visit;
  }
  const present = (user: UserKey) => {
    const visit = current.getStore();
    return visit instanceof OpenVisit && visit.user === user && visit.of === lastErasure
      ? visit
      : undefined;
  };

  return {
    open: openVisit,
    present,
    async within(user, task) {
      // One that has ended left something in the background, which goes on as a visit of its own.
      if (present(user)?.isOpen === true) return task();
      const visit = openVisit(user);
      try {
        return await visit.run(task);
      } finally {
        visit.end();
      }
    },
    async isOutdated(user) {
      const began = present(user)?.since();
      try {
        return (await lastErasure(user)) !== (await (began ?? lastErasure(user)));
      } catch (error) {
        if (PersonaAgentError.is(error, "memory-user-erased")) return true;
        throw error;
      }
    },
    async stop(user) {
      const visits = [...(open.get(user) ?? [])];
      for (const visit of visits) visit.abort();
      const ended = Promise.all(visits.map((visit) => visit.ended));
      await withTimeLimit(() => ended, { timeoutMs: stopWithinMs }).catch(() => undefined);
    },
  };
}

class OpenVisit implements Visit {
  readonly user: UserKey;
  readonly of: (user: UserKey) => Promise<string>;
  readonly ended: Promise<void>;
  isOpen = true;
  readonly #stop = new AbortController();
  readonly #onEnd: () => void;
  #resolve: () => void = () => undefined;
  #since: Promise<string> | undefined;

  constructor(user: UserKey, lastErasure: (user: UserKey) => Promise<string>, onEnd: () => void) {
    this.user = user;
    this.of = lastErasure;
    this.#onEnd = onEnd;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  since(): Promise<string> {
    if (this.signal.aborted) return Promise.reject(userErased());
    if (this.#since !== undefined) return this.#since;
    const asked = this.of(this.user);
    this.#since = asked;
    // A store that was away is asked again.
    asked.catch(() => {
      if (this.#since === asked) this.#since = undefined;
    });
    return asked;
  }

  run<Result>(task: () => Result): Result {
    return current.run(this, task);
  }

  async *over<Chunk>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
    const steps = this.run(() => chunks[Symbol.asyncIterator]());
    let isOver = false;
    try {
      for (;;) {
        const step = await this.run(() => steps.next());
        if (step.done === true) break;
        yield step.value;
      }
      isOver = true;
      // A stream that is aborted may just end.
      if (this.signal.aborted) throw userErased();
    } catch (error) {
      isOver = true;
      throw this.signal.aborted ? userErased() : error;
    } finally {
      if (!isOver) await this.run(() => steps.return?.());
      this.end();
    }
  }

  abort(): void {
    this.#stop.abort(userErased());
  }

  end(): void {
    this.isOpen = false;
    this.#onEnd();
    this.#resolve();
  }
}

/** The reason where what a user's call would write, or has read, was erased. */
export function userErased(): PersonaAgentError {
  return new PersonaAgentError(
    "memory-user-erased",
    "The user's data was erased while this was under way, or is being erased; expected to store nothing of before. Call again.",
  );
}
