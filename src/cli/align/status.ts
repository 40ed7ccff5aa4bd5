import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import type { AlignmentOverview } from "../../app/alignment-runs/overview.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, printable, printableLine, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import { formatCost } from "../output/measured.js";
import { minuteOf } from "../output/minute.js";
import { newAnswersText, newTrueAnswers } from "./new-answers.js";
import { howToGoOn } from "../stop-signals.js";

export interface StatusOptions {
  readonly user?: string;
}

export async function runStatus(
  options: StatusOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = options.user === undefined ? undefined : parseUserId(options.user);
  const { json } = commonOptions(command);
  if (user !== undefined) {
    const overview = await withAgent(context, command, (agent) => agent.status(user));
    return json ? writeJson(context, overview) : writeStatus(context, overview);
  }
  const overviews = await withAgent(context, command, overviewsOf);
  if (json) writeJson(context, overviews);
  else writeStatuses(context, overviews);
}

const readAtOnce = 8;

/** Everybody who has an episode, sorted. */
export async function overviewsOf({
  memory,
  status,
}: Pick<OpenAgent, "memory" | "status">): Promise<AlignmentOverview[]> {
  const users = await memory.episodes.users();
  const overviews = new Map<string, AlignmentOverview>();
  await mapConcurrently(users, readAtOnce, async (user) => {
    overviews.set(user, await status(user));
  });
  return users.flatMap((user) => overviews.get(user) ?? []);
}

const standings = {
  idle: "idle",
  running: "running",
  review: "waits for review",
  failed: "failed",
  "cut-off": "cut off",
} as const;

function writeStatus({ stdout }: CliContext, overview: AlignmentOverview): void {
  const { at, newAnswers, due, headVersion, error, lastOutcome, today } = overview;
  const standing = at === null ? "never aligned" : `${standingOf(overview)} since ${minute(at)}`;
  const lines = [
    ["alignment", standing],
    ["new", `${newTrueAnswers(newAnswers)}${due ? ": an alignment is due" : ""}`],
    ["head", `version ${headVersion}`],
    ...(lastOutcome === null ? [] : [["last", outcome(lastOutcome)]]),
    ...(error === null ? [] : [[error.code === "stopped" ? "stopped" : "error", trouble(error)]]),
    ["today", formatCost(today)],
  ];
  const colors = colorsFor(stdout);
  for (const [name = "", text = ""] of lines)
    stdout.write(`${colors.dim(name.padEnd(11))}${printable(text)}\n`);
}

function writeStatuses({ stdout }: CliContext, overviews: readonly AlignmentOverview[]): void {
  if (overviews.length === 0) return void stdout.write("Nobody is remembered yet.\n");
  const colors = colorsFor(stdout);
  const wide = Math.min(40, Math.max(4, ...overviews.map(({ user }) => user.length)));
  const width = Math.max(80, stdout.columns ?? 120);
  const row = (user: string, standing: string, count: string, version: string, last: string) =>
    `${printableLine(user, wide).padEnd(wide)}  ${standing.padEnd(16)}  ${count.padStart(4)}  ${version.padStart(7)}  ${last}`;
  stdout.write(`${colors.dim(row("user", "alignment", "new", "version", "last"))}\n`);
  for (const overview of overviews) {
    const { user, at, status, newAnswers, due, headVersion, error, lastOutcome } = overview;
    const present = standingOf(overview);
    const standing = due ? `due${status === "idle" ? "" : ` (${present})`}` : present;
    const done = lastOutcome === null ? "–" : outcome(lastOutcome);
    const last = error === null ? done : trouble(error);
    const room = Math.max(20, width - wide - 35);
    const shown = at === null && !due ? "never" : standing;
    const line = row(
      user,
      shown,
      newAnswersText(newAnswers),
      String(headVersion),
      printableLine(last, room),
    );
    stdout.write(`${line}\n`);
  }
}

function standingOf({ status, error }: AlignmentOverview): string {
  return error?.code === "stopped" ? "stopped" : standings[status];
}

function trouble({ code, message }: NonNullable<AlignmentOverview["error"]>): string {
  return code === "stopped" ? `${message} ${howToGoOn}` : message;
}

function outcome(last: NonNullable<AlignmentOverview["lastOutcome"]>): string {
  const { version, at, accepted, rolledBack, reason } = last;
  const taken = `version ${version} accepted${rolledBack ? " and rolled back since" : ""}`;
  return `${accepted ? taken : "nothing taken"}, ${minute(at)}: ${reason}`;
}

function minute(at: string): string {
  return `${minuteOf(at)} UTC`;
}
