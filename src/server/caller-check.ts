import type { VerbName } from "../contract/verbs.js";

/** What a request asks for. */
export interface AskedFor {
  readonly verb: VerbName;
  /** Whose data it reads or writes: their ids, or `everybody` for what concerns all users together. */
  readonly users: readonly string[] | "everybody";
}

/**
 * The one place where the caller of a route of ours is checked: called for every request, before anything is read or
 * written. To refuse, it throws a `PersonaAgentError`.
 */
export type CheckCaller = (request: Request, asked: AskedFor) => Promise<void>;

/** There is no sign-in yet: whoever reaches the server may name any user. */
export const admitEverybody: CheckCaller = () => Promise.resolve();
