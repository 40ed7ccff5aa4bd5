import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { episodesOf } from "../../domain/alignment/simulation-profile.js";
import type { Profile } from "../../domain/profile.js";
import { usageOfError } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import type { NewProfile } from "../../memory/personas/profile-log.js";
import type { NamedModel } from "../../model/model-spec.js";
import type { AlignmentUpdate, ProfileDrawTask } from "../../state/alignment-state.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { drawProfile } from "../draw-profile.js";
import { callConfig } from "../model-call-config.js";
import { readWholeHistory } from "../read-history.js";

export interface DrawSimulationProfileDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  readonly now: () => Date;
}

/**
 * Draws the profile under which some of the run's items are answered, from what does not say their answers. It is the
 * run's own, and no version of the user's. One model call; if that fails, the items are answered without a profile.
 */
export function createDrawSimulationProfile(deps: DrawSimulationProfileDeps) {
  const { episodes, alignmentModelFor, now } = deps;
  return async function drawSimulationProfile(
    task: ProfileDrawTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const { models, userId: id } = parseAlignConfig(runtime);
    const userId = parseUserId(id);
    const { model, name } = alignmentModelFor(models.alignment);
    const { episodeIds } = task;
    const history = await readWholeHistory(userId, episodes, () => now().toISOString());
    const read = episodesOf(task, history.episodes);
    // A prompt says up to when its profile knows the user.
    const at = read.at(-1)?.at ?? history.at;
    const ofRun = async (profile: NewProfile): Promise<Profile> => ({
      ...profile,
      schemaVersion: 1,
      id: `${task.runId}-${episodeIds[0] ?? ""}`,
      version: 0,
    });
    try {
      const { profile, usage } = await drawProfile(
        userId,
        { at, episodes: read },
        {
          model,
          modelName: name,
          episodes,
          now: () => now().toISOString(),
          config: callConfig(runtime, "profile"),
        },
        ofRun,
      );
      return { simulationProfiles: [{ episodeIds: [...episodeIds], profile }], usage };
    } catch (error) {
      if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
      const simulationProfiles = [{ episodeIds: [...episodeIds], profile: null }];
      return { simulationProfiles, usage: usageOfError(error.details) };
    }
  };
}
