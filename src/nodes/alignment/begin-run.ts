import { randomUUID } from "node:crypto";
import { Command, END, type LangGraphRunnableConfig, Overwrite, Send } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import {
  planSimulationProfiles,
  type SimulationProfilePlan,
} from "../../domain/alignment/simulation-profile.js";
import { sizesOf } from "../../domain/alignment/split-batch-holdout.js";
import { resolveLocale } from "../../domain/locale.js";
import { personaHead } from "../../domain/persona/persona-checkpoint.js";
import type { Profile } from "../../domain/profile.js";
import { noUsage } from "../../domain/usage.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import {
  type AlignmentRewrite,
  type AlignmentState,
  alignmentState,
  type ProfileDrawTask,
} from "../../state/alignment-state.js";
import { readWholeHistory } from "../read-history.js";
import { itemsOfRun } from "./items-of-run.js";
import { tooFewAnswers, tooFewNewAnswers } from "./enough-answers.js";
import { iterationOf } from "./state-selectors.js";
import { budgetOf, callsOfSmallestRun, judgingPerItem, spentOnDay } from "./alignment-budget.js";

export interface BeginRunDeps {
  readonly episodes: Pick<Memory["episodes"], "list" | "withdrawals" | "countAnswered">;
  readonly profiles: Pick<Memory["profiles"], "current" | "history">;
  readonly personas: Pick<Memory["personas"], "history">;
  readonly alignments: Pick<Memory["alignments"], "get" | "update">;
  readonly locales: Pick<Memory["locales"], "get">;
  readonly now: () => Date;
}

/**
 * Begins the run: clears what the thread's last run left, and has the profiles drawn under which the items will be
 * answered, beside the refresh of the user's own. Ends it where there are too few new answers, or too few to judge by:
 * nothing was asked, and the answers still count as new.
 */
export function createBeginRun({
  episodes,
  profiles,
  personas,
  alignments,
  locales,
  now,
}: BeginRunDeps) {
  return async function beginRun(
    _state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<unknown, AlignmentRewrite, "refresh-profile" | "draw-simulation-profiles" | typeof END>
  > {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    // Finishes a deletion that was interrupted: until then, responses that repeat it are read.
    await episodes.withdrawals(userId);
    const startedAt = now().toISOString();
    const runId = randomUUID();
    const [newAnswers, current, usersOwn, checkpoints, { episodes: history }] = await Promise.all([
      alignments.get(userId).then(({ seenAt }) => episodes.countAnswered(userId, seenAt)),
      profiles.current(userId),
      locales.get(userId),
      personas.history(userId),
      readWholeHistory(userId, episodes, () => startedAt),
    ]);
    const begun = { ...cleared(), owner: userKey(userId), runId, startedAt };
    const items = itemsOfRun(history, personaHead(checkpoints).lines, sizesOf(config));
    const reason = tooFewNewAnswers(newAnswers, config) ?? tooFewAnswers(items.length, config);
    if (reason !== null)
      return new Command({
        goto: END,
        update: { ...begun, iterations: [iterationOf(reason, null, false)] },
      });
    // These answers now count as seen, even if the run fails: otherwise every turn would request it again.
    await alignments.update(userId, { seenAt: startedAt });
    const today = spentOnDay(startedAt, checkpoints);
    const spending = { usage: noUsage, today, startedAt, waitedSeconds: 0 };
    const { calls, spent } = budgetOf(spending, config, new Date(startedAt));
    const { known, draws } = spent === null && isTelling(current, config) ? await plan() : nothing;
    const task: ProfileDrawTask = { runId, draws };
    return new Command({
      update: {
        ...begun,
        simulationProfiles: new Overwrite(known),
        today,
        locale: resolveLocale(config, usersOwn),
        iterationStart: { at: startedAt, usage: noUsage },
      },
      goto: [
        "refresh-profile",
        ...(draws.length > 0 ? [new Send("draw-simulation-profiles", task)] : []),
      ],
    });

    async function plan(): Promise<SimulationProfilePlan> {
      // The profile and the smallest judgement come first, and most of the calls are for the items.
      const smallest = callsOfSmallestRun(config, { judging: judgingPerItem(items, config) });
      const most = Math.min(calls - smallest - 1, Math.floor(calls / 4));
      return planSimulationProfiles(items, history, await profiles.history(userId), most);
    }
  };
}

const nothing: SimulationProfilePlan = { known: [], draws: [] };

/**
 * Whether the user's profile may give away answers: not one without statements that stays as it is. Paper mode answers
 * under the persona that it rewrites, as published.
 */
function isTelling(
  current: Profile | null,
  { mode, leaveOneOut, refreshProfile }: AlignConfig,
): boolean {
  const isEmpty = current !== null && current.statements.length === 0 && !refreshProfile;
  return mode !== "paper" && leaveOneOut && !isEmpty;
}

/** Every field as in a new thread; without this, the lists would grow with every run. */
function cleared(): AlignmentRewrite {
  const empty = {
    answers: [],
    critiques: [],
    judgements: [],
    failures: [],
    simulationProfiles: [],
    usage: noUsage,
  };
  const { answers, critiques, judgements, failures, simulationProfiles, usage, ...rest } =
    alignmentState.parse(empty);
  return {
    ...rest,
    answers: new Overwrite(answers),
    critiques: new Overwrite(critiques),
    judgements: new Overwrite(judgements),
    failures: new Overwrite(failures),
    simulationProfiles: new Overwrite(simulationProfiles),
    usage: new Overwrite(usage),
  };
}
