import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import { parseCount } from "../cli-context.js";

/** The settings of an alignment as the command line gives them. */
export interface AlignSettingOptions {
  readonly mode?: "default" | "paper";
  readonly batch?: string;
  readonly holdout?: string;
  readonly iterations?: string;
  readonly samplesPerItem?: string;
  readonly validation: boolean;
  readonly leaveOneOut: boolean;
  readonly review?: true;
  readonly maxCalls?: string;
  readonly maxTokens?: string;
  readonly maxSeconds?: string;
  readonly concurrency?: string;
}

const counts = [
  ["batch", "--batch"],
  ["iterations", "--iterations"],
  ["samplesPerItem", "--samples-per-item"],
  ["maxCalls", "--max-calls"],
  ["maxTokens", "--max-tokens"],
  ["maxSeconds", "--max-seconds"],
  ["concurrency", "--concurrency"],
] as const;

/**
 * Only what was given: each mode has defaults of its own, and a run goes on only under the settings that it began with.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function alignSettings(options: AlignSettingOptions): AlignSettings {
  const { mode, holdout, validation, leaveOneOut, review } = options;
  const settings: AlignSettings = {
    ...Object.fromEntries(
      counts.flatMap(([setting, name]) => {
        const text = options[setting];
        return text === undefined ? [] : [[setting, parseCount(text, name)]];
      }),
    ),
    ...(mode && { mode }),
    ...(holdout !== undefined && { holdout: parseCount(holdout, "--holdout", 0) }),
    ...(!validation && { validation }),
    ...(!leaveOneOut && { leaveOneOut }),
    ...(review && { review }),
  };
  parseAlignConfig({ context: settings });
  return settings;
}
