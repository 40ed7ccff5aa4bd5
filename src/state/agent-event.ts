/** What a caller hears of a turn: its events, and the answer as it grows. */
export type TurnProgress = AgentEvent | { readonly kind: "text"; readonly text: string };

/** What the agent streams while it works, in stream mode `custom`, in this order within a turn. */
export type AgentEvent =
  | {
      readonly kind: "persona-loaded";
      readonly version: number;
      /** The id that the turn's episode will have. */
      readonly episodeId: string;
    }
  | {
      readonly kind: "memory-recalled";
      readonly count: number;
      readonly degraded: readonly string[];
    }
  | { readonly kind: "tool-started"; readonly name: string }
  | { readonly kind: "tool-ended"; readonly name: string; readonly ok: boolean }
  | { readonly kind: "episode-written"; readonly id: string };
