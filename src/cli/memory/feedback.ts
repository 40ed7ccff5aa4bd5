import type { Command } from "commander";
import { parseFeedback } from "../../domain/feedback.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { FeedbackGiven, FeedbackResult } from "../../app/give-feedback.js";
import { commonOptions, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { newTrueAnswers } from "../align/new-answers.js";

interface FeedbackOptions {
  readonly user: string;
  readonly author?: string;
  readonly answer?: string;
  readonly edit?: string;
  readonly accept?: true;
  readonly reject?: true;
}

export function addFeedbackCommand(program: Command, context: CliContext): void {
  program
    .command("feedback")
    .description("say what the user really answered, or whether the agent was right")
    .requiredOption("--user <id>", "whose interaction")
    .option("--answer <text>", "what the user really answered")
    .option("--edit <text>", "the agent's response as it should have been")
    .option("--accept", "the agent's response was right")
    .option("--reject", "the agent's response was wrong")
    .option("--author <name>", "who says so; the user unless given")
    .argument("<episode>", "the interaction's id, as `memory list` shows it")
    .action((episodeId: string, options: FeedbackOptions, command: Command) =>
      runFeedback(episodeId, options, command, context),
    );
}

async function runFeedback(
  episodeId: string,
  options: FeedbackOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const given = { episodeId, ...parseKind(options), author: options.author };
  parseFeedback(given, user);
  const result = await withAgent(context, command, (agent) => agent.feedback(user, given));
  if (commonOptions(command).json) return writeJson(context, feedbackJson(episodeId, result));
  context.stdout.write(`${sentences(episodeId, result).join("\n")}\n`);
}

function parseKind({
  answer,
  edit,
  accept,
  reject,
}: FeedbackOptions): Pick<FeedbackGiven, "kind" | "text"> {
  const given = [
    ...(answer === undefined ? [] : [{ kind: "answer" as const, text: answer }]),
    ...(edit === undefined ? [] : [{ kind: "edit" as const, text: edit }]),
    ...(accept === undefined ? [] : [{ kind: "accept" as const }]),
    ...(reject === undefined ? [] : [{ kind: "reject" as const }]),
  ];
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  throw new PersonaAgentError(
    "config-invalid",
    `${given.length === 0 ? "No feedback was" : "More than one kind of feedback was"} given; expected one of --answer, --edit, --accept and --reject. Name one.`,
  );
}

/** What `feedback --json` prints. This shape is a contract. */
function feedbackJson(id: string, { episode, outcome, ...result }: FeedbackResult) {
  const { previous, alignment, rollback, degraded } = result;
  return {
    episode: id,
    outcome,
    answer: episode?.groundTruth ?? null,
    previous,
    alignment,
    rollback: rollback && { version: rollback.version, reason: rollback.reason },
    degraded,
  };
}

function sentences(id: string, { outcome, alignment, rollback, degraded }: FeedbackResult) {
  const { newAnswers, due } = alignment;
  return [
    {
      recorded: `Recorded for ${id}.`,
      replaced: `Recorded for ${id}, in place of what was there.`,
      unchanged: `${id} has this feedback already.`,
    }[outcome],
    ...(rollback === null ? [] : [rollback.reason]),
    `${newTrueAnswers(newAnswers)} since the last alignment${due ? ": an alignment is due" : ""}.`,
    ...(degraded.length === 0 ? [] : [`Not everything worked: ${degraded.join(", ")}.`]),
  ];
}
