import type { VerbOutput } from "../contract/verbs.js";
import { expectKnownNames } from "../config/known-names.js";
import type { RunContext } from "../config/turn-settings.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import type { ReflectionGraph } from "../graph/reflection.js";
import { createKeyedQueue } from "../system/keyed-queue.js";

/** What a reflection learned. Plain JSON, the same as every door's. */
export type ReflectionResult = VerbOutput<"reflect">;

export interface ReflectOptions {
  readonly settings?: Omit<RunContext, "userId">;
  readonly signal?: AbortSignal | undefined;
}

export type Reflect = (userId: string, options?: ReflectOptions) => Promise<ReflectionResult>;

/** Runs reflections in this process, one after another for each user. Errors as `PersonaAgent.reflect`. */
export function createReflector(graph: ReflectionGraph): Reflect {
  const queue = createKeyedQueue();
  return (userId, options = {}) =>
    queue.run(userKey(userId), async () => {
      expectKnownNames<ReflectOptions>(options, { settings: true, signal: true }, "`reflect`");
      const { settings = {}, signal } = options;
      const context = { ...settings, userId: parseUserId(userId) } satisfies RunContext;
      const { outcome, profile, reactions, alignment, rollback, degraded, usage } =
        await graph.invoke(
          {},
          // LangGraph never removes its listener, and a caller may use one signal for many runs.
          { context, ...(signal && { signal: AbortSignal.any([signal]) }) },
        );
      if (outcome === null) throw new TypeError("The reflection ended without an outcome.");
      return {
        outcome,
        profile,
        reactions,
        usage,
        alignment,
        rollback: rollback && { version: rollback.version, reason: rollback.reason },
        degraded,
      };
    });
}
