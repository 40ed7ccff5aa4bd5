import { useSyncExternalStore } from "react";
import { onKeyChange } from "./session.js";

/** State that a view shows and that outlives it. */
export interface Kept<State> {
  readonly state: State;
  subscribe(listener: () => void): () => void;
  /** @param isSoon - Whether it may be shown a little later, together with what follows. */
  set(state: State, isSoon?: boolean): void;
}

/** Between two pictures of something that grows. */
const pauseMs = 30;

export function keep<State>(first: State): Kept<State> {
  const listeners = new Set<() => void>();
  let state = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const listener of listeners) listener();
  };
  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next, isSoon = false) {
      state = next;
      if (isSoon) timer ??= setTimeout(show, pauseMs);
      else show();
    },
  };
}

/** The state, and it again whenever it changes. */
export function useKept<State>(kept: Kept<State>): State {
  return useSyncExternalStore(kept.subscribe, () => kept.state);
}

/** One thing for each user, as long as the same person looks at the page. */
export function perUser<Thing extends { stop(): void }>(create: (user: string) => Thing) {
  const things = new Map<string, Thing>();
  // Nothing of one user stays for the next.
  onKeyChange(() => {
    for (const thing of things.values()) thing.stop();
    things.clear();
  });
  return (user: string): Thing => {
    const thing = things.get(user) ?? create(user);
    things.set(user, thing);
    return thing;
  };
}
