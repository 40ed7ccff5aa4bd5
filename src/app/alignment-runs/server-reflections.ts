import type { RequestReflection } from "../../nodes/agent/schedule-reflection.js";
import { requestDelayMs } from "./background-scheduler.js";
import { reflectionThreadId } from "./run-thread-id.js";
import { serverRequest, type ServerRequestDeps } from "./server-request.js";

export interface ServerReflectionDeps extends ServerRequestDeps {
  readonly now: () => Date;
}

/** Milliseconds until a run that the server lists as running counts as left by a dead server: far above one model call. */
const deadAfterMs = 15 * 60_000;

/**
 * Requests a run of the graph `reflection` from the LangGraph server that runs this process, on the thread of the user's
 * reflections. A run that waits is replaced, so that a burst of turns costs one run after its end; beside one that runs
 * nothing is requested, and a later turn asks again. A run that a dead server left is deleted.
 */
export function createServerReflections({
  now,
  ...server
}: ServerReflectionDeps): RequestReflection {
  return serverRequest(
    "reflection",
    reflectionThreadId,
    server,
    async (place, userId, settings) => {
      const { runs, threadId } = place;
      const running = await runs.list(threadId, { status: "running" });
      const dead = running.filter(
        ({ created_at: at }) => now().getTime() - Date.parse(at) > deadAfterMs,
      );
      if (dead.length < running.length) return;
      for (const { run_id: id } of dead) await runs.delete(threadId, id);
      await runs.create(threadId, "reflection", {
        input: {},
        context: { ...settings, userId },
        multitaskStrategy: "rollback",
        afterSeconds: requestDelayMs / 1_000,
      });
    },
  );
}
