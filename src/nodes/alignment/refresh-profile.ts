import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { areEnough, firstItems, sizesOf } from "../../domain/alignment/split-batch-holdout.js";
import { usageOfError } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import type { NamedModel } from "../../model/model-spec.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { itemsOfRun } from "./items-of-run.js";
import { callConfig } from "../model-call-config.js";
import { readWholeHistory } from "../read-history.js";
import { refreshProfile as updateProfile } from "../update-profile.js";
import { budgetOf, callsOfSmallestRun, judgingPerItem } from "./alignment-budget.js";
import { type PrefetchDeps, prefetchDuring } from "./prefetch-recall.js";

export interface RefreshProfileDeps extends PrefetchDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly profiles: Pick<Memory["profiles"], "current" | "appendAfter">;
  readonly personas: Pick<Memory["personas"], "head">;
  /** The model for alignment: the one that `models.alignment` of the run names, or the process's own. */
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
}

/** Brings the user's profile up to date. If that fails or is too expensive, the run uses the present one. */
export function createRefreshProfile(deps: RefreshProfileDeps) {
  const { episodes, profiles, personas, alignmentModelFor, now } = deps;
  return async function refreshProfile(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const { runId, locale, startedAt = now().toISOString() } = state;
    const current = await profiles.current(userId);
    if (current !== null && !config.refreshProfile) return { profile: current };
    const { calls, spent } = budgetOf(state, config, new Date(startedAt));
    let ahead: Promise<AlignmentItem[]> | undefined;
    if (spent !== null || calls <= (await callsOfJudged())) return notRefreshed();
    return prefetchDuring(itemsAhead, { runId, config, locale }, deps, refresh);

    function notRefreshed(): AlignmentUpdate {
      return { profile: current, degraded: [...state.degraded, "profile-not-refreshed"] };
    }

    /** Of the smallest run; nothing is read where any number can be paid for. */
    async function callsOfJudged() {
      const items = calls === Infinity ? [] : await itemsAhead();
      return callsOfSmallestRun(config, { judging: judgingPerItem(items, config) });
    }

    /** The items that the parent will answer first, unless the history changes meanwhile. Read once. */
    function itemsAhead() {
      return (ahead ??= readItemsAhead());
    }

    async function readItemsAhead() {
      const [history, { lines }] = await Promise.all([
        readWholeHistory(userId, episodes, () => startedAt),
        personas.head(userId),
      ]);
      const sizes = sizesOf(config);
      const items = itemsOfRun(history.episodes, lines, sizes);
      return areEnough(items.length, sizes, config)
        ? items.toReversed().slice(0, firstItems(sizes))
        : [];
    }

    async function refresh(): Promise<AlignmentUpdate> {
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
        return { profile, usage };
      } catch (error) {
        if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
        return { ...notRefreshed(), usage: usageOfError(error.details) };
      }
    }
  };
}
