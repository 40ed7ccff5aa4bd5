import type { TurnResult } from "../../app/ask.js";
import { showTurn } from "../../app/verbs/shown-results.js";
import type { RunContext } from "../../config/turn-settings.js";

/** The result of a turn, as far as the command line shows it. */
export type Turn = Omit<TurnResult, "alignment" | "reflection">;

/** What is shown of a turn while it is answered. */
export type TurnEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool-started"; readonly name: string };

/** A thread of one user with an agent, in this process or on a server. */
export interface Conversation {
  say(text: string, onEvent?: (event: TurnEvent) => void): Promise<Turn>;
}

export interface ConversationOptions {
  readonly userId: string;
  readonly settings: Pick<RunContext, "mode" | "allowedTools" | "instructions">;
  readonly threadId: string;
  readonly signal: AbortSignal;
}

/** A turn as `ask --json` prints it. This shape is a contract. */
export function turnJson(user: string, turn: Turn, seconds: number) {
  const { why } = turn;
  return { ...showTurn(user, turn, seconds), ...(why && { why }) };
}
export type TurnJson = ReturnType<typeof turnJson>;
