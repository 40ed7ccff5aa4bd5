import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import {
  episodesOf,
  type ProfileDraw,
  type SimulationProfile,
} from "../../domain/alignment/simulation-profile.js";
import type { Profile } from "../../domain/profile.js";
import { addUsage, noUsage, type Usage, usageOfError } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { PersonaAgentError } from "../../system/errors.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import type { Memory } from "../../memory/memory.js";
import type { NewProfile } from "../../memory/personas/profile-log.js";
import type { NamedModel } from "../../model/model-spec.js";
import type { AlignmentUpdate, ProfileDrawTask } from "../../state/alignment-state.js";
import { drawProfile } from "../draw-profile.js";
import { callConfig } from "../model-call-config.js";
import { readWholeHistory } from "../read-history.js";

export interface DrawSimulationProfilesDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  readonly now: () => Date;
}

/**
 * Draws the profiles under which the run's items are answered, each from what does not say its items' answers. They are
 * the run's own, and no versions of the user's. A model call each; where one fails, the items are answered without a
 * profile.
 */
export function createDrawSimulationProfiles(deps: DrawSimulationProfilesDeps) {
  const { episodes, alignmentModelFor, now } = deps;
  return async function drawSimulationProfiles(
    { runId, draws }: ProfileDrawTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    expectManyListeners(runtime);
    const { models, concurrency, userId: id } = parseAlignConfig(runtime);
    const userId = parseUserId(id);
    const { model, name } = alignmentModelFor(models.alignment);
    const history = await readWholeHistory(userId, episodes, () => now().toISOString());
    // The user's own profile is drawn at the same time.
    const simulationProfiles: SimulationProfile[] = [];
    let usage = noUsage;
    await mapConcurrently(draws, Math.max(1, concurrency - 1), async (draw) => {
      const { usage: spent, ...drawn } = await drawOne(draw);
      simulationProfiles.push(drawn);
      usage = addUsage(usage, spent);
    });
    return { simulationProfiles, usage };

    async function drawOne(draw: ProfileDraw): Promise<SimulationProfile & { usage: Usage }> {
      const episodeIds = [...draw.episodeIds];
      const read = episodesOf(draw, history.episodes);
      // A prompt says up to when its profile knows the user.
      const at = read.at(-1)?.at ?? history.at;
      const ofRun = async (profile: NewProfile): Promise<Profile> => ({
        ...profile,
        schemaVersion: 1,
        id: `${runId}-${episodeIds[0] ?? ""}`,
        version: 0,
      });
      const config = callConfig(runtime, "profile");
      const options = {
        model,
        modelName: name,
        episodes,
        now: () => now().toISOString(),
        config,
      };
      try {
        return {
          episodeIds,
          ...(await drawProfile(userId, { at, episodes: read }, options, ofRun)),
        };
      } catch (error) {
        if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
        return { episodeIds, profile: null, usage: usageOfError(error.details) };
      }
    }
  };
}
