import { randomUUID } from "node:crypto";
import { type LangGraphRunnableConfig, Overwrite } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { noUsage, usageOfError } from "../../domain/usage.js";
import { areEnough, splitBatchHoldout } from "../../domain/alignment/split-batch-holdout.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { Memory } from "../../memory/memory.js";
import type { NamedModel } from "../../model/model-spec.js";
import { type AlignmentState, alignmentState } from "../../state/alignment-state.js";
import { budgetLeft, fewestCalls, spentOn } from "./alignment-budget.js";
import { callConfig } from "../model-call-config.js";
import { refreshProfile as refreshed } from "../update-profile.js";
import type { SimulateDeps } from "./simulate.js";
import { prefetchDuring } from "./prefetch-recall.js";
import { readWholeHistory } from "../read-history.js";

export interface RefreshProfileDeps extends Pick<SimulateDeps, "recallOf"> {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly profiles: Pick<Memory["profiles"], "current" | "append">;
  readonly personas: Pick<Memory["personas"], "history">;
  /** The model for alignment: the one that `models.alignment` of the run names, or the process's own. */
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  readonly now: () => Date;
}

type Update = { readonly [K in keyof AlignmentState]?: AlignmentState[K] | Overwrite };

/**
 * Begins the run: clears what the thread's last one left, and brings the profile up to date with the episodes that came
 * since it was drawn. When the model has no profile to give, the run goes on with the one there is.
 */
export function createRefreshProfile(deps: RefreshProfileDeps) {
  const { episodes, profiles, personas, alignmentModelFor, now } = deps;
  return async function refreshProfile(
    _state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Update> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const startedAt = now().toISOString();
    const runId = randomUUID();
    const current = await profiles.current(userId);
    const drawn =
      current !== null && !config.refreshProfile
        ? { profile: current, usage: noUsage, degraded: [] }
        : (await isAffordable())
          ? await prefetchDuring(itemsAhead, { runId, config }, deps.recallOf, draw)
          : { profile: current, usage: noUsage, degraded: ["profile-not-refreshed"] };
    const { usage } = drawn;
    return {
      ...cleared(),
      owner: userKey(userId),
      runId,
      startedAt,
      iterationStart: { at: startedAt, usage: noUsage },
      profile: drawn.profile,
      degraded: drawn.degraded,
      usage: new Overwrite(usage),
    };

    /** Whether the budgets pay for the profile and the smallest run after it. */
    async function isAffordable() {
      const today = spentOn(startedAt.slice(0, 10), await personas.history(userId));
      const { calls, spent } = budgetLeft(config, { usage: noUsage, today, seconds: 0 });
      return spent === null && calls >= 1 + fewestCalls(config);
    }

    /** As `select-batch` will take them, unless something comes in meanwhile. */
    async function itemsAhead() {
      const history = await readWholeHistory(userId, episodes, () => startedAt);
      const holdout = config.validation ? config.holdout : 0;
      const selected = splitBatchHoldout(history.episodes, { batch: config.batch, holdout });
      return areEnough(selected, config) ? [...selected.batch, ...selected.holdout] : [];
    }

    async function draw() {
      const { model, name } = alignmentModelFor(config.models.alignment);
      try {
        const { profile, usage } = await refreshed(userId, {
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
        return { profile: current, usage, degraded: ["profile-not-refreshed"] };
      }
    }
  };
}

/** Every field as a new thread has it: the lists would grow for ever otherwise. */
function cleared(): Update {
  const { answers, critiques, ...plain } = alignmentState.parse({
    answers: [],
    critiques: [],
    usage: noUsage,
  });
  return { ...plain, answers: new Overwrite(answers), critiques: new Overwrite(critiques) };
}
