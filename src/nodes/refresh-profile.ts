import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type LangGraphRunnableConfig, Overwrite } from "@langchain/langgraph";
import { parseAlignConfig } from "../config.js";
import { noUsage, type Usage } from "../domain/usage.js";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../errors.js";
import type { Memory } from "../memory/memory.js";
import type { ask } from "../model/ask.js";
import { type AlignmentState, alignmentState } from "../state/alignment.js";
import { callConfig } from "./call-config.js";
import { refreshProfile as refreshed } from "./profile-refresh.js";
import { spentOnError } from "./simulate.js";

/** A model and the name by which what it wrote is remembered. */
export interface NamedModel {
  readonly model: BaseChatModel;
  readonly name: string;
}

export interface RefreshProfileDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly profiles: Pick<Memory["profiles"], "current" | "append">;
  /** The model for alignment: the one that `models.alignment` of the run names, or the process's own. */
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  readonly ask: typeof ask;
  readonly now: () => Date;
  /** Names a run, and no other. */
  readonly newRunId: () => string;
}

type Update = { readonly [K in keyof AlignmentState]?: AlignmentState[K] | Overwrite };

/**
 * Begins the run: clears what the thread's last one left, and brings the profile up to date with the episodes that came
 * since it was drawn. When the model has no profile to give, the run goes on with the one there is.
 */
export function createRefreshProfile({
  episodes,
  profiles,
  alignmentModelFor,
  ask,
  now,
  newRunId,
}: RefreshProfileDeps) {
  return async function refreshProfile(
    _state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Update> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const startedAt = now().toISOString();
    const current = await profiles.current(userId);
    const drawn =
      current !== null && !config.refreshProfile
        ? { profile: current, usage: noUsage, degraded: [] }
        : await draw();
    const { usage } = drawn;
    return {
      ...cleared(),
      runId: newRunId(),
      startedAt,
      iterationStart: { at: startedAt, usage: noUsage },
      profile: drawn.profile,
      degraded: drawn.degraded,
      usage: new Overwrite(usage),
    };

    async function draw() {
      const { model, name } = alignmentModelFor(config.models.alignment);
      try {
        const { profile, usage } = await refreshed(userId, {
          model,
          modelName: name,
          episodes,
          profiles,
          ask,
          now: () => now().toISOString(),
          signal: runtime.signal,
          config: callConfig(runtime, "profile"),
        });
        return { profile, usage, degraded: [] };
      } catch (error) {
        if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
        const usage: Usage = spentOnError(error);
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
