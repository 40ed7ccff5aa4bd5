import { expectOperator, userOfCaller } from "../auth/caller.js";
import type { SignIn } from "../auth/sign-in.js";

/** The one place of identity for routes of ours: called for every request, before anything is read or written. */
export interface CallerCheck {
  /**
   * The user of a call that concerns one user.
   *
   * @param named - The user that the request names, if it names one. An operator must name one.
   * @throws {PersonaAgentError} `auth-missing` unless somebody is signed in; `auth-forbidden` where that is another user.
   */
  userOf(request: Request, named: string | undefined): Promise<string>;
  /**
   * Checks a call that names several users, or concerns everybody, which is for operators.
   *
   * @throws {PersonaAgentError} As `userOf`.
   */
  checkUsers(request: Request, users: readonly string[] | "everybody"): Promise<void>;
}

export function createCallerCheck(signIn: SignIn): CallerCheck {
  return {
    userOf: async ({ headers }, named) => userOfCaller(await signIn.callerOf(headers), named),
    async checkUsers({ headers }, users) {
      const caller = await signIn.callerOf(headers);
      if (users === "everybody") expectOperator(caller);
      else if (!caller.isOperator) for (const user of users) userOfCaller(caller, user);
    },
  };
}
