import { expectOperator, userOfCaller } from "../auth/caller.js";
import type { SignIn } from "../auth/sign-in.js";
import { namedIn, nobodyNamed, type UserOf } from "./named-user.js";

/** The one place of identity for routes of ours: called for every request, before anything is read or written. */
export interface CallerCheck {
  /**
   * The user of a call that concerns one user. An operator must name one.
   *
   * @throws {PersonaAgentError} `auth-missing` unless somebody is signed in; `auth-forbidden` where that is another user;
   *   `config-user-invalid`.
   */
  readonly userOf: UserOf;
  /**
   * Checks a call that names several users, or concerns everybody, which is for operators.
   *
   * @throws {PersonaAgentError} As `userOf`.
   */
  readonly checkUsers: (request: Request, users: readonly string[] | "everybody") => Promise<void>;
  /** @throws {PersonaAgentError} `auth-missing` unless somebody is signed in. */
  readonly whoCalls: (request: Request) => Promise<WhoCalls>;
}

/** Who sent a request, as they may know it. */
export interface WhoCalls {
  /** Whether callers sign in here; without it everybody is an operator. */
  readonly signIn: boolean;
  readonly operator: boolean;
  /** The one user whom the caller is; `null` for an operator, who may name any. */
  readonly user: string | null;
}

export function createCallerCheck(signIn: SignIn): CallerCheck {
  return {
    async whoCalls({ headers }) {
      const caller = await signIn.callerOf(headers);
      const user = caller.isOperator ? null : caller.userId;
      return { signIn: signIn.isOn, operator: caller.isOperator, user };
    },
    async userOf({ headers }, named) {
      const caller = await signIn.callerOf(headers);
      const user = namedIn(headers, named);
      if (caller.isOperator && user === undefined) throw nobodyNamed();
      return userOfCaller(caller, user);
    },
    async checkUsers({ headers }, users) {
      const caller = await signIn.callerOf(headers);
      if (users === "everybody") expectOperator(caller);
      else if (!caller.isOperator) for (const user of users) userOfCaller(caller, user);
    },
  };
}
