import type { VerbOutput } from "../../contract/verbs.js";
import { type AnswerKinds, countAnswers } from "../../domain/scoring/answer-kinds.js";
import { recentSize } from "../../memory/episodes/recent-episodes.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { answersText, answerWarnings } from "../output/answer-kinds.js";
import { formatCost, minuteOf, newAnswersText, newTrueAnswers } from "../output/figures.js";
import { padColumns, printable, printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnown, noMemoryOf, type ServerOption, withVerbs } from "../remote/with-verbs.js";
import { howToResume } from "../stop-signals.js";

type Overview = VerbOutput<"status">;

export async function runStatus(
  { user, url }: { readonly user?: string } & ServerOption,
  context: CommandContext,
): Promise<void> {
  if (user !== undefined) {
    const { overview, known, latest } = await withVerbs(context, { url }, async (call) => ({
      overview: await call("status", { user }),
      known: context.json || (await isKnown(call, user)),
      latest: context.json ? [] : await call("list", { user, limit: recentSize }),
    }));
    if (context.json) return writeJson(context, overview);
    if (known) return writeStatus(context, overview, latest);
    context.stdout.write(`${noMemoryOf(user)}.\n`);
    return;
  }
  const overviews = await withVerbs(context, { url }, (call) => call("statuses", {}));
  if (context.json) writeJson(context, overviews);
  else writeStatuses(context, overviews);
}

const statusTexts = {
  idle: "idle",
  running: "running",
  review: "waits for review",
  failed: "failed",
  "cut-off": "interrupted",
} as const;

/** How the true answers of the latest interactions are scored. */
function kindsOf(user: string, latest: VerbOutput<"list">): AnswerKinds {
  const answered = latest.filter(({ answer }) => answer !== null);
  return countAnswers(
    user,
    answered.map(({ answer: groundTruth, ...asked }) => ({ ...asked, groundTruth })),
  );
}

function writeStatus(
  { stdout }: CommandContext,
  overview: Overview,
  latest: VerbOutput<"list">,
): void {
  const answers = kindsOf(overview.user, latest);
  const among = latest.length < recentSize ? "" : ` among the latest ${recentSize} interactions`;
  const { at, newAnswers, headVersion, onTrial, promising, error, lastOutcome } = overview;
  const { deadJobs, today, reflection } = overview;
  const status = at === null ? "never aligned" : `${statusText(overview)} since ${minute(at)}`;
  const lines = [
    ["alignment", status],
    ["new", `${newTrueAnswers(newAnswers)}${dueText(overview)}`],
    ...(answersText(answers) === "" ? [] : [["answers", `${answersText(answers)}${among}`]]),
    ["head", `version ${headVersion}${onTrial ? ", on trial" : ""}`],
    ...(promising ? [["promising", "a rejected change is tried again with new answers"]] : []),
    ...(lastOutcome === null ? [] : [["last", outcome(lastOutcome)]]),
    ...(error === null ? [] : [[isStopped(error) ? "stopped" : "error", errorText(error)]]),
    ...deadJobs.map((job) => ["dead job", `${job.kind}, ${minute(job.at)}: ${job.error}`]),
    ["today", formatCost(today, " for updates and profiles")],
    ...(reflection === null ? [] : [["reflection", reflectionText(reflection)]]),
  ];
  const { colors, write } = terminalOf(stdout);
  for (const [name = "", text = ""] of lines)
    write(`${colors.dim(name.padEnd(11))}${printable(text)}`);
  for (const warning of answerWarnings(answers)) write(`${colors.yellow("!")} ${warning}`);
}

function dueText({ due, status }: Overview): string {
  if (!due) return "";
  return status === "cut-off"
    ? ": the interrupted alignment goes on by itself, or with `align`"
    : ": an alignment is due";
}

function writeStatuses({ stdout }: CommandContext, overviews: readonly Overview[]): void {
  const { colors, width, write } = terminalOf(stdout);
  if (overviews.length === 0) return write("No user has a memory yet.");
  const userWidth = Math.min(40, Math.max(4, ...overviews.map(({ user }) => user.length)));
  const row = (user: string, status: string, count: string, version: string, last: string) =>
    `${padColumns(printableLine(user, userWidth), userWidth)}  ${status.padEnd(16)}  ${count.padStart(4)}  ${version.padStart(7)}  ${last}`;
  write(colors.dim(row("user", "alignment", "new", "version", "last")));
  for (const overview of overviews) {
    const { user, at, status, newAnswers, due, headVersion, error, lastOutcome } = overview;
    const present = statusText(overview);
    const whenDue = `due${status === "idle" ? "" : ` (${present})`}`;
    const result = lastOutcome === null ? "–" : outcome(lastOutcome);
    write(
      row(
        user,
        due ? whenDue : at === null ? "never" : present,
        newAnswersText(newAnswers),
        String(headVersion),
        printableLine(
          error === null ? result : errorText(error),
          Math.max(20, width - userWidth - 35),
        ),
      ),
    );
  }
}

type AlignmentError = NonNullable<Overview["error"]>;

function isStopped({ code }: AlignmentError): boolean {
  return code === "stopped";
}

function statusText({ status, error }: Overview): string {
  return error !== null && isStopped(error) ? "stopped" : statusTexts[status];
}

function errorText(error: AlignmentError): string {
  return isStopped(error) ? `${error.message} ${howToResume}` : error.message;
}

function reflectionText({ at, error }: NonNullable<Overview["reflection"]>): string {
  return `${minute(at)}${error === null ? "" : `, failed: ${error.message}`}`;
}

function outcome(last: NonNullable<Overview["lastOutcome"]>): string {
  const { version, at, accepted, rolledBack, reason } = last;
  const taken = `version ${version} accepted${rolledBack ? " and rolled back since" : ""}`;
  return `${accepted ? taken : "nothing taken"}, ${minute(at)}: ${reason}`;
}

function minute(at: string): string {
  return `${minuteOf(at)} UTC`;
}
