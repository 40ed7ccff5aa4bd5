import type { Command } from "commander";
import { PersonaAgentError } from "../../errors.js";
import type { AlignmentResult, AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { alignmentJson, alignmentLine, whyUnchanged } from "./align-report.js";
import {
  commonOptions,
  parseCount,
  printable,
  printableLine,
  withAgent,
  writeJson,
} from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { counted } from "../output/counted.js";
import { describeError, errorJson } from "../describe-error.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import { createProgressBar, type ProgressBar } from "../output/progress-bar.js";
import { overviewsOf } from "./status.js";
import { Stopped } from "../stop-signals.js";
import { ToldFailure } from "../output/told-failure.js";

export interface AlignAllOptions {
  /** Whether also those are aligned who are not due. */
  readonly every: boolean;
  readonly usersAtOnce?: string | undefined;
}

interface AllAligned {
  /** How many were taken. */
  readonly users: number;
  readonly aligned: readonly AlignmentResult[];
  readonly failed: readonly { readonly user: string; readonly error: unknown }[];
  /** What ended it for all before everybody was done: a stop, or an error that the next user would meet too. */
  readonly ended?: { readonly error: unknown };
}

const usersAtOnceUnlessGiven = 4;

/** What makes every other user fail too. */
const stopsAll = ["model-key-refused", "memory-store-unavailable"] as const;

/**
 * @throws {ToldFailure} When somebody's alignment failed, after the result was written. The signal's reason when it was
 *   aborted, after what was done by then was written.
 */
export async function runAlignAll(
  { every, usersAtOnce }: AlignAllOptions,
  settings: AlignSettings,
  command: Command,
  context: CliContext,
): Promise<void> {
  const atOnce =
    usersAtOnce === undefined ? usersAtOnceUnlessGiven : parseCount(usersAtOnce, "--users-at-once");
  const bar = createProgressBar(context.stderr);
  const { signal } = context;
  try {
    const result = await withAgent(
      context,
      command,
      async (agent) => {
        const users = await usersToAlign(agent, every);
        return alignAll(users, agent, { settings, atOnce, signal, bar });
      },
      { settles: true },
    );
    bar.stop();
    if (commonOptions(command).json) writeJson(context, allJson(result));
    else writeAll(context, result);
    const { failed, ended } = result;
    for (const { user, error } of failed)
      context.stderr.write(`persona-agent: ${printable(user)}: ${describeError(error)}\n`);
    signal.throwIfAborted();
    if (ended !== undefined) context.stderr.write(`persona-agent: ${describeError(ended.error)}\n`);
    if (failed.length > 0 || ended !== undefined)
      throw new ToldFailure("Not everybody was aligned.");
  } finally {
    bar.stop();
  }
}

/** Nobody whose alignment runs elsewhere or waits for a person. */
async function usersToAlign(agent: OpenAgent, every: boolean): Promise<string[]> {
  const overviews = await overviewsOf(agent);
  return overviews
    .filter(
      ({ due, status }) =>
        due || status === "failed" || (every && status !== "running" && status !== "review"),
    )
    .map(({ user }) => user);
}

async function alignAll(
  users: readonly string[],
  agent: Pick<OpenAgent, "align">,
  {
    settings,
    atOnce,
    signal,
    bar,
  }: {
    readonly settings: AlignSettings;
    readonly atOnce: number;
    readonly signal: AbortSignal;
    readonly bar: ProgressBar;
  },
): Promise<AllAligned> {
  const aligned: AlignmentResult[] = [];
  const failed: { user: string; error: unknown }[] = [];
  if (users.length > 0) bar.update("users", 0, users.length);
  const alignUser = async (user: string) => {
    signal.throwIfAborted();
    try {
      aligned.push(await agent.align(user, { settings, signal }));
    } catch (error) {
      if (signal.aborted || stopsAll.some((code) => PersonaAgentError.is(error, code))) throw error;
      failed.push({ user, error });
    }
    bar.update("users", aligned.length + failed.length, users.length);
  };
  const result = { users: users.length, aligned, failed };
  try {
    await mapConcurrently(users, atOnce, alignUser);
    return result;
  } catch (error) {
    return { ...result, ended: { error } };
  }
}

/** What `align --all --json` prints. This shape is a contract. */
function allJson({ users, aligned, failed, ended }: AllAligned) {
  return {
    users,
    aligned: aligned.map(alignmentJson),
    failed: failed.map(({ user, error }) => ({ user, ...errorJson(error) })),
    ...(ended !== undefined && !(ended.error instanceof Stopped) && errorJson(ended.error)),
  };
}

function writeAll({ stdout }: CliContext, { users, aligned, failed }: AllAligned): void {
  if (users === 0) return void stdout.write("Nobody is due.\n");
  const width = Math.max(60, stdout.columns ?? 120) - 2;
  for (const result of aligned) {
    stdout.write(`${alignmentLine(result)}\n`);
    const why = whyUnchanged(result);
    if (why !== null) stdout.write(`  ${printableLine(why, width)}\n`);
  }
  const waiting = aligned.filter(({ review }) => review !== null).length;
  const left = users - aligned.length - failed.length;
  const parts = [
    `${counted(aligned.length, "user")} aligned`,
    ...(waiting === 0 ? [] : [`${waiting} of them ${waiting === 1 ? "waits" : "wait"} for review`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(left === 0 ? [] : [`${left} left`]),
  ];
  stdout.write(`${parts.join(", ")}.\n`);
}
