import type { AlignmentOverview } from "../../app/alignment-runs/alignment-overview.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import type { Episode } from "../../domain/episode.js";
import { type AnswerKinds, createAnswerCount } from "../../domain/scoring/answer-kinds.js";
import { recentSize } from "../../memory/episodes/recent-episodes.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { answersText, answerWarnings } from "../output/answer-kinds.js";
import { formatCost, minuteOf, newAnswersText, newTrueAnswers } from "../output/figures.js";
import { padColumns, printable, printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnownUser, noMemoryOf } from "../persona/known-user.js";
import { howToResume } from "../stop-signals.js";

export async function runStatus(
  { user }: { readonly user?: string },
  context: CommandContext,
): Promise<void> {
  if (user !== undefined) {
    const { overview, isKnown, latest } = await withAgent(context, async ({ status, memory }) => ({
      overview: await status(user),
      isKnown: await isKnownUser(user, memory),
      latest: context.json ? [] : await memory.episodes.latest(user, recentSize),
    }));
    if (context.json) return writeJson(context, overview);
    if (isKnown) return writeStatus(context, overview, kindsOf(user, latest));
    context.stdout.write(`${noMemoryOf(user)}.\n`);
    return;
  }
  const overviews = await withAgent(context, (agent) => overviewsOf(agent));
  if (context.json) writeJson(context, overviews);
  else writeStatuses(context, overviews);
}

const readAtOnce = 8;

/**
 * All users who have an episode, sorted.
 *
 * @param settings - Of the alignments that may be due.
 */
export async function overviewsOf(
  { memory, status }: Pick<OpenAgent, "memory" | "status">,
  settings?: AlignSettings,
): Promise<AlignmentOverview[]> {
  const users = await memory.episodes.users();
  const overviews = new Map<string, AlignmentOverview>();
  await mapConcurrently(users, readAtOnce, async (user) => {
    overviews.set(user, await status(user, undefined, settings));
  });
  return users.flatMap((user) => overviews.get(user) ?? []);
}

const statusTexts = {
  idle: "idle",
  running: "running",
  review: "waits for review",
  failed: "failed",
  "cut-off": "interrupted",
} as const;

/** How the true answers of the latest interactions are scored. */
function kindsOf(user: string, latest: readonly Episode[]): AnswerKinds {
  const count = createAnswerCount();
  for (const episode of latest) if (episode.groundTruth !== null) count.add(user, episode);
  return count.counted();
}

function writeStatus(
  { stdout }: CommandContext,
  overview: AlignmentOverview,
  answers: AnswerKinds,
): void {
  const { at, newAnswers, due, headVersion, onTrial, error, lastOutcome, today, reflection } =
    overview;
  const status = at === null ? "never aligned" : `${statusText(overview)} since ${minute(at)}`;
  const lines = [
    ["alignment", status],
    ["new", `${newTrueAnswers(newAnswers)}${due ? ": an alignment is due" : ""}`],
    ...(answersText(answers) === "" ? [] : [["answers", answersText(answers)]]),
    ["head", `version ${headVersion}${onTrial ? ", on trial" : ""}`],
    ...(lastOutcome === null ? [] : [["last", outcome(lastOutcome)]]),
    ...(error === null ? [] : [[isStopped(error) ? "stopped" : "error", errorText(error)]]),
    ["today", formatCost(today, " for updates and profiles")],
    ...(reflection === null ? [] : [["reflection", reflectionText(reflection)]]),
  ];
  const { colors, write } = terminalOf(stdout);
  for (const [name = "", text = ""] of lines)
    write(`${colors.dim(name.padEnd(11))}${printable(text)}`);
  for (const warning of answerWarnings(answers)) write(`${colors.yellow("!")} ${warning}`);
}

function writeStatuses({ stdout }: CommandContext, overviews: readonly AlignmentOverview[]): void {
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

type AlignmentError = NonNullable<AlignmentOverview["error"]>;

function isStopped({ code }: AlignmentError): boolean {
  return code === "stopped";
}

function statusText({ status, error }: AlignmentOverview): string {
  return error !== null && isStopped(error) ? "stopped" : statusTexts[status];
}

function errorText(error: AlignmentError): string {
  return isStopped(error) ? `${error.message} ${howToResume}` : error.message;
}

function reflectionText({ at, error }: NonNullable<AlignmentOverview["reflection"]>): string {
  return `${minute(at)}${error === null ? "" : `, failed: ${error.message}`}`;
}

function outcome(last: NonNullable<AlignmentOverview["lastOutcome"]>): string {
  const { version, at, accepted, rolledBack, reason } = last;
  const taken = `version ${version} accepted${rolledBack ? " and rolled back since" : ""}`;
  return `${accepted ? taken : "nothing taken"}, ${minute(at)}: ${reason}`;
}

function minute(at: string): string {
  return `${minuteOf(at)} UTC`;
}
