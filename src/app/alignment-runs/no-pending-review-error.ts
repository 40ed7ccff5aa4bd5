import { latestRun } from "../../domain/alignment/latest-run.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import { alignmentThreadId } from "./run-thread-id.js";

/** The error that says why there is nothing to decide: it waits elsewhere, nothing passed, or no review was requested. */
export async function noPendingReview(
  userId: string,
  { alignments, personas }: Pick<Memory, "alignments" | "personas">,
): Promise<PersonaAgentError> {
  const user = JSON.stringify(userId);
  const refusal = (message: string) => new PersonaAgentError("config-review-none", message);
  const { status, threadId, settings } = await alignments.get(userId);
  if (status === "review" && threadId !== null && threadId !== alignmentThreadId(userId))
    return refusal(
      `The new persona of ${user} waits on the thread ${JSON.stringify(threadId)}; expected one that \`align\` started. Resume the graph that started it.`,
    );
  const last = latestRun(await personas.history(userId));
  const wasAsked = status === "idle" && settings["review"] === true;
  if (wasAsked && last !== null && !last.accepted && !last.reviewed)
    return refusal(
      `No new persona of ${user} waits for review, because nothing of the last alignment passed (${last.checkpoint.reason.replace(/\.$/, "")}); expected one that did. Align with the setting \`review\` (\`align --review\`) again when there are new true answers.`,
    );
  if (wasAsked && last === null)
    return refusal(
      `No new persona of ${user} waits for review, because the last alignment did not start; expected one that did. \`align\` says what it lacks.`,
    );
  return refusal(
    `No new persona of ${user} waits for review; expected one. Align with the setting \`review\` (\`align --review\`) first.`,
  );
}
