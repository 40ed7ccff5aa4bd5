import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { AlignmentResult, AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { createAlignProgress } from "./align-progress.js";
import { alignmentJson, writeAlignment } from "./align-report.js";
import { alignSettings, type AlignSettingOptions } from "./align-settings.js";
import { commonOptions, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { isKnownUser } from "../persona/known-user.js";
import { canAsk, decideOnTerminal } from "./review-question.js";
import { writeReview } from "./review-report.js";
import { CutOff, howToGoOn } from "../stop-signals.js";

export interface AlignCommandOptions extends AlignSettingOptions {
  readonly user?: string;
  readonly all?: true;
  readonly every?: true;
  readonly usersAtOnce?: string;
}

export async function runAlign(
  options: AlignCommandOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { all, every, usersAtOnce } = options;
  if ((options.user === undefined) === (all === undefined))
    throw new PersonaAgentError(
      "config-invalid",
      `${all ? "Both --user and --all were" : "Neither --user nor --all was"} given; expected one of them. Name a user, or take all.`,
    );
  const settings = alignSettings(options);
  if (options.user !== undefined && (every ?? usersAtOnce) !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "--every and --users-at-once go with --all; expected neither beside --user. Leave them out.",
    );
  try {
    if (options.user !== undefined)
      return await alignOne(parseUserId(options.user), settings, command, context);
    const { runAlignAll } = await import("./align-all.js");
    await runAlignAll({ every: every === true, usersAtOnce }, settings, command, context);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new CutOff(every ? "Run the same command without --every to go on." : howToGoOn);
  }
}

async function alignOne(
  user: string,
  settings: AlignSettings,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { json } = commonOptions(command);
  const { signal } = context;
  const progress = createAlignProgress(context.stderr, settings);
  const { onEvent } = progress;
  const work = async (agent: OpenAgent) => {
    if (!(await isKnownUser(user, agent.memory)))
      throw new PersonaAgentError(
        "config-user-unknown",
        `Nothing of ${JSON.stringify(user)} is remembered; expected a user with interactions to learn from. Check the id, or import a history first.`,
      );
    const first = await agent.align(user, { settings, signal, onEvent });
    progress.stop();
    if (json) return writeJson(context, alignmentJson(first));
    const result = await reviewed(first, agent);
    writeAlignment(context, result, await agent.memory.personas.history(user));
  };
  const reviewed = async (first: AlignmentResult, agent: OpenAgent): Promise<AlignmentResult> => {
    if (first.review === null) return first;
    if (canAsk(context))
      return (await decideOnTerminal(first.review, agent, { ...context, progress })) ?? first;
    writeReview(context, first.review);
    return first;
  };
  try {
    await withAgent(context, command, work, { settles: true });
  } finally {
    progress.stop();
  }
}
