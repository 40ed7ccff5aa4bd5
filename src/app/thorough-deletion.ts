import { interactionDeleted } from "./alignment-runs/run-lease.js";
import type { Memory } from "../memory/memory.js";

/**
 * Memory whose deletions also end what is under way with the deleted text: an alignment in this process, a candidate that
 * waits for review, and the messages of errors.
 *
 * @param stopRun - Stops the user's alignment if it runs in this process.
 */
export function withThoroughDeletion(
  memory: Memory,
  stopRun: (userId: string, reason: DOMException) => void,
): Memory {
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
        await dropWaitingReview(userId);
        await dropErrorTexts(userId);
        return forgotten;
      },
    },
  };

  /** A candidate that waits may repeat it, and can no longer be taken. Left waiting, it would keep every run away. */
  async function dropWaitingReview(userId: string) {
    const { status } = await alignments.get(userId);
    if (status === "review") await alignments.update(userId, { status: "running" });
  }

  /** A provider's message may quote what it was sent. */
  async function dropErrorTexts(userId: string) {
    const message = "The message left with a deleted interaction.";
    const [run, reflection] = await Promise.all([alignments.get(userId), reflections.get(userId)]);
    if (run.error !== null)
      await alignments.update(userId, { error: { code: run.error.code, message } });
    if (reflection.error !== null)
      await reflections.update(userId, { error: { code: reflection.error.code, message } });
  }
}
