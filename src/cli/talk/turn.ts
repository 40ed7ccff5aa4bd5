import type { TurnResult } from "../../app/ask.js";
import type { RunContext } from "../../config/turn-settings.js";

/** What is shown of a turn while it is answered. */
export type TurnEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool-started"; readonly name: string };

/** A thread of one user with an agent, in this process or on a server. */
export interface Conversation {
  say(text: string, onEvent?: (event: TurnEvent) => void): Promise<TurnResult>;
}

export interface ConversationOptions {
  readonly userId: string;
  readonly settings: Pick<RunContext, "mode" | "allowedTools" | "instructions">;
  readonly threadId: string;
  /** Whether a turn says what its answer was made from. */
  readonly why: boolean;
  readonly signal: AbortSignal;
}
