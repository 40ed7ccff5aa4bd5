import type { AlignContext } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { labelledItems } from "../../domain/alignment/labelled-items.js";
import {
  areEnough,
  batchSize,
  firstItems,
  sizesOf,
} from "../../domain/alignment/split-batch-holdout.js";
import { planSimulationProfiles } from "../../domain/alignment/simulation-profile.js";
import type { Usage } from "../../domain/usage.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import { createAlignment } from "../../app/alignment-runs/create-alignment.js";
import { createToolRegistry } from "../../tools/tool-registry.js";
import { emptyRange, type Range } from "../call-range.js";
import type { ArmSettings, MethodDeps } from "../method.js";
import type { EvalCase } from "../eval-case.js";
import { noRecall, toolTimeoutMs } from "./case-agent.js";
import type { CaseMemory } from "./case-memory.js";
import { type CaseTool, caseTools } from "./case-tools.js";
import { caseHistory } from "./case-history.js";
import { caseUser } from "./case-user.js";
import type { createPersonaMemory } from "./case-profile.js";
import { recallSettings } from "./recall-settings.js";

/** Which parts of the persona agent a method has. Alignment simulates the agent with the same parts. */
export interface PersonaParts {
  readonly mode: "default" | "paper";
  /** The user's profile, within the persona. */
  readonly profile: boolean;
  /** Past interactions in the prompt; in paper mode only tools give any. */
  readonly recall: boolean;
  readonly tools: readonly CaseTool[];
  /** `null`: no alignment. These settings are the method's own and take precedence over a study's. */
  readonly alignment: Pick<AlignContext, "validation" | "leaveOneOut"> | null;
}

/**
 * Aligns the persona of a case's user by the real alignment graph, on the whole history. The simulations have the parts and
 * tools that will answer the questions, and the profile that was drawn, if any.
 *
 * @returns `notStarted` says why there was nothing to align on, as for a history without true answers; else `null`.
 */
export async function alignCase(
  { history, episodes, now }: CaseMemory,
  { store, ...learned }: ReturnType<typeof createPersonaMemory>,
  settings: ArmSettings,
  parts: PersonaParts,
  deps: MethodDeps,
): Promise<{ readonly usage: Usage; readonly notStarted: string | null }> {
  // The graph draws a profile where there is none.
  if (!parts.profile)
    await learned.profiles.append(caseUser, {
      at: now().toISOString(),
      statements: [],
      lastEpisodeId: history.at(-1)?.id ?? null,
      episodeCount: history.length,
      model: deps.alignmentModelName,
    });
  const { aligner } = createAlignment({
    memory: { ...learned, episodes: parts.recall ? episodes : { ...episodes, ...noRecall } },
    store,
    checkpointer: undefined,
    modelFor: () => deps.model,
    modelName: deps.modelName,
    alignmentModelFor: () => ({ model: deps.alignmentModel, name: deps.alignmentModelName }),
    registryOver: (before) => createToolRegistry(caseTools(parts.tools, before, settings, deps)),
    toolNamesFor: () =>
      caseTools(parts.tools, { episodes }, settings, deps).map(({ name }) => name),
    toolTimeoutMs,
    now,
  });
  const { usage, iterations } = await aligner.align(caseUser, {
    settings: { ...alignSettings(settings, parts), refreshProfile: false },
    signal: deps.signal,
  });
  // An alignment that starts answers its batch first.
  return { usage, notStarted: usage.calls === 0 ? (iterations[0]?.reason ?? null) : null };
}

function alignSettings(settings: ArmSettings, { mode, alignment }: PersonaParts): AlignSettings {
  const { recalled: _, historyLimit: __, distance: ___, ...own } = settings;
  return { mode, ...recallSettings(settings), ...own, ...alignment };
}

/** Model calls of an alignment, without repairs of malformed answers. */
export function alignmentCalls(
  evalCase: EvalCase,
  settings: ArmSettings,
  parts: PersonaParts,
): Range {
  if (parts.alignment === null) return emptyRange;
  const config = parseAlignConfig({ context: alignSettings(settings, parts) });
  const sizes = sizesOf(config);
  const history = caseHistory(evalCase, settings);
  const labelled = labelledItems(history, sizes.batch + sizes.holdout);
  const items = labelled.length;
  if (!areEnough(items, sizes, config)) return emptyRange;
  const batch = batchSize(items, sizes);
  const answer = parts.tools.length === 0 ? 1 : config.toolRounds + 1;
  const first = Math.min(items, firstItems(sizes));
  // An iteration criticises, writes one update, and answers all items under each candidate.
  const compared = config.validation ? config.candidates * items : batch;
  const iteration = batch + 1 + compared * answer;
  const isDrawn = parts.profile && config.mode !== "paper" && config.leaveOneOut;
  const read = isDrawn ? labelled : [];
  const profiles = planSimulationProfiles(read, history, [], Infinity).draws.length;
  return {
    least: profiles + first + batch + 1,
    most: profiles + items * answer + config.iterations * iteration,
  };
}
