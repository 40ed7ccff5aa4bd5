import { interactionDeleted } from "./alignment-runs/run-lease.js";
import type { Memory } from "../memory/memory.js";

/**
 * Memory whose deletions also end what is under way with the deleted text: an alignment in this process, a candidate that
 * waits for review, and the messages of errors.
 *
 * @param stopRun - Stops the user's alignment if it runs in this process.
 */
export function withThoroughDeletion<Whole extends Memory>(
  memory: Whole,
  stopRun: (userId: string, reason: Error) => void,
): Whole {
  const { episodes, alignments, reflections } = memory;
  return {
    ...memory,
    episodes: {
      ...episodes,
      async delete(userId, id) {
        const forgotten = await episodes.delete(userId, id);
        if (forgotten === null) return null;
        // Its next model calls would repeat what was deleted.
        stopRun(userId, interactionDeleted);
        await cleanStatus(userId);
        return forgotten;
      },
    },
  };

  /**
   * A candidate that waits may repeat what was deleted, and can no longer be taken; left waiting, it would keep every run
   * away. The message of an error may quote what a provider was sent.
   */
  async function cleanStatus(userId: string) {
    const message = "The message left with a deleted interaction.";
    const [run, reflection] = await Promise.all([alignments.get(userId), reflections.get(userId)]);
    const change = {
      ...(run.status === "review" && { status: "running" as const }),
      ...(run.error !== null && { error: { ...run.error, message } }),
    };
    if (Object.keys(change).length > 0) await alignments.update(userId, change);
    if (reflection.error !== null)
      await reflections.update(userId, { error: { ...reflection.error, message } });
  }
}
