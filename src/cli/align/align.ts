import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { readLog, type ServerOption, withVerbs } from "../remote/with-verbs.js";
import { howToResume, Interrupted } from "../stop-signals.js";
import { createAlignProgress } from "./align-progress.js";
import { throwIfBudgetSpent, writeAlignment } from "./align-report.js";
import { canAsk, decideOnTerminal } from "./review-question.js";
import { writeReview } from "./review-report.js";

/** An option that is missing has its default in the mode of the run. */
interface AlignCommandOptions extends ServerOption {
  readonly user?: string;
  readonly all?: true;
  readonly every?: true;
  readonly usersAtOnce?: number;
  readonly mode?: "default" | "paper";
  readonly tools?: readonly string[];
  readonly batch?: number;
  readonly holdout?: number;
  readonly iterations?: number;
  readonly samplesPerItem?: number;
  readonly validation: boolean;
  readonly judge: boolean;
  readonly leaveOneOut: boolean;
  readonly review?: true;
  readonly maxCalls?: number;
  readonly maxTokens?: number;
  readonly maxSeconds?: number;
  readonly concurrency?: number;
}

export async function runAlign(
  {
    user,
    all,
    every,
    usersAtOnce,
    tools,
    validation,
    judge,
    leaveOneOut,
    url,
    ...options
  }: AlignCommandOptions,
  context: CommandContext,
): Promise<void> {
  if ((user === undefined) === (all === undefined))
    throw new PersonaAgentError(
      "config-invalid",
      `${all ? "Both --user and --all were" : "Neither --user nor --all was"} given; expected one of them. Name a user, or take all.`,
    );
  // Only what was named: a run is resumed only under the settings that it began with.
  const settings: AlignSettings = {
    ...options,
    ...(tools && { allowedTools: [...tools] }),
    ...(!validation && { validation }),
    ...(!judge && { judge }),
    ...(!leaveOneOut && { leaveOneOut }),
  };
  parseAlignConfig({ context: settings });
  if (user !== undefined && (every ?? usersAtOnce) !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "--every and --users-at-once go with --all; expected neither beside --user. Leave them out.",
    );
  try {
    if (user !== undefined) return await alignOne(user, settings, context, url);
    const { runAlignAll } = await import("./align-all.js");
    await runAlignAll({ every: every === true, usersAtOnce, url }, settings, context);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new Interrupted(every ? "Run the same command without --every to resume." : howToResume);
  }
}

async function alignOne(
  user: string,
  settings: AlignSettings,
  context: CommandContext,
  url: string | undefined,
): Promise<void> {
  const { json, signal } = context;
  const progress = createAlignProgress(context.stderr, settings);
  const { onEvent: onProgress } = progress;
  await withVerbs(
    context,
    { url },
    async (call) => {
      let result = await call("align", { user, settings }, { signal, onProgress });
      progress.stop();
      if (!json && result.review !== null && canAsk(context))
        result = (await decideOnTerminal(result.review, call, context, progress)) ?? result;
      else if (!json && result.review !== null) writeReview(context, result.review);
      if (json) writeJson(context, result);
      else writeAlignment(context, result, await readLog(call, user));
      throwIfBudgetSpent(result);
    },
    { handlesSignal: true },
  ).finally(progress.stop);
}
