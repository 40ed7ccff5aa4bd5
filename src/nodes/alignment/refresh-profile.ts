import { randomUUID } from "node:crypto";
import { type LangGraphRunnableConfig, Overwrite } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { areEnough, splitBatchHoldout } from "../../domain/alignment/split-batch-holdout.js";
import { resolveLocale } from "../../domain/locale.js";
import { noUsage, usageOfError } from "../../domain/usage.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import type { NamedModel } from "../../model/model-spec.js";
import {
  type AlignmentRewrite,
  type AlignmentState,
  alignmentState,
} from "../../state/alignment-state.js";
import { callConfig } from "../model-call-config.js";
import { readWholeHistory } from "../read-history.js";
import { refreshProfile as updateProfile } from "../update-profile.js";
import { budgetOf, callsOfItem, spentOnDay } from "./alignment-budget.js";
import { type PrefetchDeps, prefetchDuring } from "./prefetch-recall.js";

export interface RefreshProfileDeps extends PrefetchDeps {
  readonly episodes: Pick<Memory["episodes"], "list" | "withdrawals">;
  readonly profiles: Pick<Memory["profiles"], "current" | "appendAfter">;
  readonly personas: Pick<Memory["personas"], "history">;
  readonly locales: Pick<Memory["locales"], "get">;
  /** The model for alignment: the one that `models.alignment` of the run names, or the process's own. */
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
}

/**
 * Begins the run: clears what the thread's last run left, and brings the profile up to date. If that fails or is too
 * expensive, the run uses the present profile.
 */
export function createRefreshProfile(deps: RefreshProfileDeps) {
  const { episodes, profiles, personas, locales, alignmentModelFor, now } = deps;
  return async function refreshProfile(
    _state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentRewrite> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    // Finishes a deletion that was interrupted: until then, responses that repeat it are read.
    await episodes.withdrawals(userId);
    const startedAt = now().toISOString();
    const runId = randomUUID();
    const [current, usersOwn] = await Promise.all([profiles.current(userId), locales.get(userId)]);
    const locale = resolveLocale(config, usersOwn);
    const notRefreshed = ["profile-not-refreshed"];
    const refreshed =
      current !== null && !config.refreshProfile
        ? { profile: current, usage: noUsage, degraded: [] }
        : (await isAffordable())
          ? await prefetchDuring(itemsAhead, { runId, config, locale }, deps, refresh)
          : { profile: current, usage: noUsage, degraded: notRefreshed };
    return {
      ...cleared(),
      ...refreshed,
      owner: userKey(userId),
      runId,
      startedAt,
      locale,
      iterationStart: { at: startedAt, usage: noUsage },
      usage: new Overwrite(refreshed.usage),
    };

    /** Whether the budgets pay for the profile, one item and one update. */
    async function isAffordable() {
      const today = spentOnDay(startedAt, await personas.history(userId));
      const spending = { usage: noUsage, today, startedAt, waitedSeconds: 0 };
      const { calls, spent } = budgetOf(spending, config, new Date(startedAt));
      return spent === null && calls >= 2 + callsOfItem(config);
    }

    /** The items that `select-batch` will take, unless the history changes meanwhile. */
    async function itemsAhead() {
      const history = await readWholeHistory(userId, episodes, () => startedAt);
      const holdout = config.validation ? config.holdout : 0;
      const selected = splitBatchHoldout(history.episodes, { batch: config.batch, holdout });
      return areEnough(selected, config) ? [...selected.batch, ...selected.holdout] : [];
    }

    async function refresh() {
      const { model, name } = alignmentModelFor(config.models.alignment);
      try {
        const { profile, usage } = await updateProfile(userId, {
          model,
          modelName: name,
          episodes,
          profiles,
          now: () => now().toISOString(),
          config: callConfig(runtime, "profile"),
        });
        return { profile, usage, degraded: [] };
      } catch (error) {
        if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
        const usage = usageOfError(error.details);
        return { profile: current, usage, degraded: notRefreshed };
      }
    }
  };
}

/** Every field as in a new thread; without this, the lists would grow with every run. */
function cleared(): AlignmentRewrite {
  const empty = { answers: [], critiques: [], judgements: [], failures: [], usage: noUsage };
  const { answers, critiques, judgements, failures, ...rest } = alignmentState.parse(empty);
  return {
    ...rest,
    answers: new Overwrite(answers),
    critiques: new Overwrite(critiques),
    judgements: new Overwrite(judgements),
    failures: new Overwrite(failures),
  };
}
