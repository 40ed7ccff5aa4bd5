import { parseFeedback } from "../../domain/feedback.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { newTrueAnswers } from "../output/figures.js";
import { printableLine } from "../output/printable.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

interface FeedbackOptions extends ServerOption {
  readonly user: string;
  readonly author?: string;
  readonly reason?: string;
  readonly answer?: string;
  readonly edit?: string;
  readonly accept?: true;
  readonly reject?: true;
}

export async function runFeedback(
  options: FeedbackOptions,
  context: CommandContext,
  episodeId: string,
): Promise<void> {
  const { user, author, reason, url } = options;
  const feedback = { ...parseKind(options), reason, author };
  parseFeedback(feedback, user);
  const result = await withVerbs(context, { url }, (call) =>
    call("feedback", { user, id: episodeId, ...feedback }),
  );
  printFeedback(context, result);
}

export function printFeedback(context: CommandContext, result: VerbOutput<"feedback">): void {
  if (context.json) writeJson(context, result);
  else context.stdout.write(`${sentences(result).join("\n")}\n`);
}

function parseKind(options: FeedbackOptions): Pick<VerbInput<"feedback">, "kind" | "text"> {
  const kinds = (["answer", "edit", "accept", "reject"] as const).filter(
    (kind) => options[kind] !== undefined,
  );
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new PersonaAgentError(
      "config-invalid",
      `${kind === undefined ? "No feedback was" : "More than one kind of feedback was"} given; expected one of --answer, --edit, --accept and --reject. Name one.`,
    );
  const text = options[kind];
  return typeof text === "string" ? { kind, text } : { kind };
}

/** What a person is told of an answer that the question does not list. */
export const notAllowedAnswer =
  "The question allows other answers; this one is compared as open text.";

function sentences({
  episode: id,
  outcome,
  previous,
  answerKind,
  alignment,
  rollback,
  degraded,
}: VerbOutput<"feedback">) {
  const { newAnswers, due } = alignment;
  return [
    {
      recorded: `Recorded for ${id}.`,
      replaced: `Recorded for ${id}, in place of ${previous && replaced(previous)}.`,
      unchanged: `${id} has this feedback already.`,
    }[outcome],
    ...(answerKind === "not-allowed" ? [notAllowedAnswer] : []),
    ...(rollback === null ? [] : [rollback.reason]),
    `${newTrueAnswers(newAnswers)} since the last alignment${due ? ": an alignment is due" : ""}.`,
    ...(degraded.length === 0 ? [] : [`Not everything worked: ${degraded.join(", ")}.`]),
  ];
}

/** `answer “tea” of 2026-05-01`; an answer that came with the interaction has no kind and no day. */
function replaced({
  kind,
  at,
  answer,
  reason,
}: NonNullable<VerbOutput<"feedback">["previous"]>): string {
  const text = answer === null || kind === "reject" ? "" : ` “${printableLine(answer, 60)}”`;
  const why = reason === null ? "" : ` (${printableLine(reason, 60)})`;
  return `${kind ?? "the answer"}${text}${why}${at === null ? "" : ` of ${at.slice(0, 10)}`}`;
}
