import { parseRunConfig } from "../../config/parse-settings.js";
import { isDue } from "../../domain/alignment/alignment-status.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { VerbOutput } from "../../contract/verbs.js";
import { PersonaAgentError } from "../../system/errors.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { describeError, errorJson, ReportedFailure } from "../describe-error.js";
import { counted } from "../output/figures.js";
import { printable, printableLine } from "../output/printable.js";
import { createProgressBar, type ProgressBar } from "../output/progress-bar.js";
import { terminalOf } from "../output/terminal.js";
import { Stopped } from "../stop-signals.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";
import { alignmentLine, isNotStarted, throwIfBudgetSpent, whyUnchanged } from "./align-report.js";

type Aligned = VerbOutput<"align">;

interface AlignAllOptions extends ServerOption {
  /** Whether users who are not due are aligned too. */
  readonly every: boolean;
  readonly usersAtOnce?: number | undefined;
}

interface AllAligned {
  /** How many were to be aligned. */
  readonly users: number;
  readonly aligned: readonly Aligned[];
  readonly failed: readonly { readonly user: string; readonly error: unknown }[];
  /** What ended it early: a stop, or an error that every other user would meet too. */
  readonly ended?: { readonly error: unknown };
}

const defaultUsersAtOnce = 4;

/** Errors that every other user would meet too. */
const stopsAll = ["model-key-refused", "memory-store-unavailable"] as const;

/**
 * @throws {ReportedFailure} When an alignment failed or its budget was spent, after the result was written. The signal's reason when it was
 *   aborted, after the results until then were written.
 */
export async function runAlignAll(
  { every, usersAtOnce = defaultUsersAtOnce, url }: AlignAllOptions,
  settings: AlignSettings,
  context: CommandContext,
): Promise<void> {
  const bar = createProgressBar(context.stderr);
  const { signal, stderr } = context;
  const result = await withVerbs(
    context,
    { url },
    async (call) => {
      const users = usersToAlign(await call("statuses", {}), every);
      const alignUser = (user: string) => call("align", { user, settings }, { signal });
      return alignAll(users, alignUser, { usersAtOnce, signal, bar });
    },
    { handlesSignal: true },
  ).finally(bar.stop);
  if (context.json) writeJson(context, allJson(result));
  else writeAll(context, result);
  const { failed, ended } = result;
  for (const { user, error } of failed)
    stderr.write(`persona-agent: ${printable(user)}: ${describeError(error)}\n`);
  signal.throwIfAborted();
  if (ended !== undefined) stderr.write(`persona-agent: ${describeError(ended.error)}\n`);
  if (failed.length > 0 || ended !== undefined)
    throw new ReportedFailure("Not every user was aligned.");
  for (const each of result.aligned) throwIfBudgetSpent(each);
}

type Outcome = "learned" | "waits" | "kept" | "not started";

function outcomeOf({ review, iterations }: Aligned): Outcome {
  if (iterations.some(({ accepted }) => accepted)) return "learned";
  if (review !== null) return "waits";
  return iterations.every(isNotStarted) ? "not started" : "kept";
}

/**
 * Without users whose alignment runs elsewhere or waits for a person. Whether there are enough answers under the run's
 * own settings only the run knows; where there are too few, it asks for nothing.
 */
function usersToAlign(overviews: VerbOutput<"statuses">, every: boolean): string[] {
  const { alignAfter } = parseRunConfig({ context: {} });
  return overviews
    .filter(
      ({ newAnswers, status }) =>
        status === "failed" ||
        isDue(status, newAnswers, alignAfter) ||
        (every && status !== "running" && status !== "review"),
    )
    .map(({ user }) => user);
}

async function alignAll(
  users: readonly string[],
  alignUser: (user: string) => Promise<Aligned>,
  {
    usersAtOnce,
    signal,
    bar,
  }: {
    readonly usersAtOnce: number;
    readonly signal: AbortSignal;
    readonly bar: ProgressBar;
  },
): Promise<AllAligned> {
  const aligned: Aligned[] = [];
  const failed: { user: string; error: unknown }[] = [];
  const result = { users: users.length, aligned, failed };
  if (users.length > 0) bar.update("users", 0, users.length);
  try {
    await mapConcurrently(users, usersAtOnce, async (user) => {
      signal.throwIfAborted();
      try {
        aligned.push(await alignUser(user));
      } catch (error) {
        if (signal.aborted || stopsAll.some((code) => PersonaAgentError.is(error, code)))
          throw error;
        failed.push({ user, error });
      }
      bar.update("users", aligned.length + failed.length, users.length);
    });
    return result;
  } catch (error) {
    return { ...result, ended: { error } };
  }
}

/** What `align --all --json` prints. This shape is a contract. */
function allJson({ users, aligned, failed, ended }: AllAligned) {
  return {
    users,
    aligned,
    failed: failed.map(({ user, error }) => ({ user, ...errorJson(error) })),
    ...(ended !== undefined && !(ended.error instanceof Stopped) && errorJson(ended.error)),
  };
}

function writeAll({ stdout }: CommandContext, { users, aligned, failed }: AllAligned): void {
  const { width, write } = terminalOf(stdout);
  if (users === 0) return write("No user is due for alignment.");
  for (const result of aligned) {
    write(alignmentLine(result));
    const why = whyUnchanged(result);
    if (why !== null) write(`  ${printableLine(why, width - 2)}`);
  }
  const outcomes = aligned.map(outcomeOf);
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const learned = count("learned");
  const rest: readonly (readonly [number, string])[] = [
    [count("waits"), count("waits") === 1 ? "waits for review" : "wait for review"],
    [count("kept"), "kept what there was"],
    [count("not started"), "did not start"],
    [failed.length, "failed"],
    [users - aligned.length - failed.length, "left"],
  ];
  const parts = [
    learned === 0
      ? "Nobody learned anything"
      : `${learned} of ${counted(users, "user")} learned something`,
    ...rest.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`])),
  ];
  write(`${parts.join("; ")}.`);
}
