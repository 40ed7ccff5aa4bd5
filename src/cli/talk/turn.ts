import type { TurnResult } from "../../app/ask.js";

/** What a turn came to, as far as the command line shows it. */
export type Turn = Omit<TurnResult, "alignment">;

/** What is told of a turn while it is answered. */
export type TurnEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool-started"; readonly name: string };

/** A thread of one user with an agent, in this process or on a server. */
export interface Conversation {
  say(text: string, onEvent?: (event: TurnEvent) => void): Promise<Turn>;
}

/** A turn as `ask --json` prints it. This shape is a contract. */
export function turnJson(user: string, turn: Turn, seconds: number) {
  return {
    user,
    answer: turn.answer,
    personaVersion: turn.personaVersion,
    episodeId: turn.episodeId,
    recalled: turn.recalled.map(({ id, score }) => ({ id, score })),
    tools: turn.tools.map(({ name, ok }) => ({ name, ok })),
    degraded: turn.degraded,
    calls: turn.usage.calls,
    tokens: turn.usage.tokens,
    seconds,
  };
}
export type TurnJson = ReturnType<typeof turnJson>;
