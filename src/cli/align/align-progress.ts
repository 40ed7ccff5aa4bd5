import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { VerbProgress } from "../../app/verbs/verb-hooks.js";
import { type AlignmentEvent, isAlignmentEvent } from "../../state/alignment-event.js";
import { trialTexts } from "../output/figures.js";
import { answerWarnings } from "../output/answer-kinds.js";
import { createProgressBar } from "../output/progress-bar.js";
import { terminalOf, type TerminalStream } from "../output/terminal.js";

export interface AlignProgress {
  onEvent(event: VerbProgress): void;
  /** Removes the bar. May be called again. */
  stop(): void;
}

/** Shows the progress of one alignment on a terminal; elsewhere only what makes its scores say little. */
export function createAlignProgress(
  stream: TerminalStream,
  settings: AlignSettings,
): AlignProgress {
  const bar = createProgressBar(stream);
  const { colors, write } = terminalOf(stream);
  const warn = (event: VerbProgress) => {
    if (event.kind !== "alignment-started") return;
    for (const warning of answerWarnings(event.answers)) write(`${colors.yellow("!")} ${warning}`);
  };
  if (stream.isTTY !== true) return { onEvent: warn, stop: bar.stop };
  const count = createAlignCounter(settings);
  return {
    onEvent(event) {
      if (!isAlignmentEvent(event)) return;
      warn(event);
      const counted = count(event);
      if (counted !== null) return bar.update(counted.part, counted.done, counted.total);
      const line = lineOf(event);
      if (line === null) return;
      bar.stop();
      write(colors.dim(line));
    },
    stop: bar.stop,
  };
}

/**
 * Counts an alignment's items. A resumed run does not send `alignment-started` again; its totals are then the most that
 * the settings allow.
 *
 * @returns The progress of the event's part; `null` for an event that is not about an item.
 */
export function createAlignCounter(settings: AlignSettings) {
  const { batch, holdout, samplesPerItem } = parseAlignConfig({ context: settings });
  let sizes = { batch, holdout };
  let candidates = 1;
  let part = "";
  let done = 0;
  let isJudged = false;
  const next = (name: string, total: number) => {
    done = name === part ? done + 1 : 1;
    part = name;
    return { part, done, total: Math.max(total, done) };
  };
  return (event: AlignmentEvent) => {
    switch (event.kind) {
      case "alignment-started":
        sizes = { batch: event.batch, holdout: event.holdout };
        return null;
      case "item-simulated":
        if (event.persona === "predecessor") return null;
        if (event.persona === "parent" && part !== "compared")
          return next("simulated", (sizes.batch + sizes.holdout) * samplesPerItem);
        // How many held-out items a candidate is asked is decided on the way; all are asked the batch.
        return next("compared", candidates * sizes.batch * samplesPerItem);
      case "item-criticised":
        // After a judgement only some are criticised again; how many is not known.
        return next("criticised", isJudged ? 0 : sizes.batch);
      case "item-judged":
        // How many need a judge is not known.
        return next("judged", 0);
      case "update-proposed":
        ({ candidates } = event);
        part = "";
        return null;
      case "candidate-judged":
        isJudged = true;
        part = "";
        return null;
      case "version-tried":
      case "checkpoint-written":
        return null;
    }
  };
}

const proposals = {
  keep: "no change proposed",
  change: "proposed",
  refused: "nothing of it can be taken",
} as const;

function lineOf(event: AlignmentEvent): string | null {
  switch (event.kind) {
    case "alignment-started":
      return `from version ${event.version}: learning from ${event.batch}, validating on ${event.holdout}`;
    case "update-proposed":
      return `update ${event.iteration}: ${event.candidates > 1 ? `${event.candidates} changes proposed` : proposals[event.decision]}`;
    case "candidate-judged":
      return `update ${event.iteration}: ${event.accepted ? "does better" : "not taken"}`;
    case "version-tried":
      return `version ${event.version} ${trialTexts[event.outcome]}`;
    case "item-simulated":
    case "item-criticised":
    case "item-judged":
    case "checkpoint-written":
      return null;
  }
}
