import type { RunContext } from "../config/turn-settings.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import type { ReflectionGraph } from "../graph/reflection.js";
import type { ReflectionState } from "../state/reflection-state.js";
import { createKeyedQueue } from "../system/keyed-queue.js";

/** What a reflection learned. Plain JSON. */
export interface ReflectionResult extends Pick<
  ReflectionState,
  "profile" | "reactions" | "alignment" | "rollback" | "degraded" | "usage"
> {
  /** `reflected`: turns were read. Otherwise no call was made: nothing is new, the day's budget is spent, or it is off. */
  readonly outcome: NonNullable<ReflectionState["outcome"]>;
}

export interface ReflectOptions {
  readonly settings?: Omit<RunContext, "userId">;
  readonly signal?: AbortSignal | undefined;
}

export type Reflect = (userId: string, options?: ReflectOptions) => Promise<ReflectionResult>;

/** Runs reflections in this process, one after another for each user. Errors as `PersonaAgent.reflect`. */
export function createReflector(graph: ReflectionGraph): Reflect {
  const queue = createKeyedQueue();
  return (userId, { settings = {}, signal } = {}) =>
    queue.run(userKey(userId), async () => {
      const context = { ...settings, userId: parseUserId(userId) } satisfies RunContext;
      const { outcome, profile, reactions, alignment, rollback, degraded, usage } =
        await graph.invoke(
          {},
          // LangGraph never removes its listener, and a caller may use one signal for many runs.
          { context, ...(signal && { signal: AbortSignal.any([signal]) }) },
        );
      if (outcome === null) throw new TypeError("The reflection ended without an outcome.");
      return { outcome, profile, reactions, alignment, rollback, degraded, usage };
    });
}
