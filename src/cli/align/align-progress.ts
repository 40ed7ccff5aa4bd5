import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import { colorsFor } from "../output/colors.js";
import type { CliContext } from "../cli-context.js";
import { createProgressBar } from "../output/progress-bar.js";

export interface AlignProgress {
  onEvent(event: AlignmentEvent): void;
  /** Removes the bar. May be called again. */
  stop(): void;
}

/** Shows on a terminal what one alignment is at; nothing at all elsewhere. */
export function createAlignProgress(
  stderr: CliContext["stderr"],
  settings: AlignSettings,
): AlignProgress {
  if (stderr.isTTY !== true) return { onEvent: () => {}, stop: () => {} };
  const bar = createProgressBar(stderr);
  const colors = colorsFor(stderr);
  const count = createAlignCounter(settings);
  return {
    onEvent(event) {
      const counted = count(event);
      if (counted !== null) return bar.update(counted.part, counted.done, counted.total);
      const line = lineOf(event);
      if (line === null) return;
      bar.stop();
      stderr.write(`${colors.dim(line)}\n`);
    },
    stop: bar.stop,
  };
}

/**
 * Counts an alignment's items. A run that is gone on with does not say again how many there are: until it does, they are
 * taken to be as many as the settings allow.
 *
 * @returns How far the part is that the event belongs to; `null` for an event that is no item.
 */
export function createAlignCounter(settings: AlignSettings) {
  const { batch, holdout, samplesPerItem } = parseAlignConfig({ context: settings });
  let sizes = { batch, holdout };
  let part = "";
  let done = 0;
  let isValidating = false;
  let validated = 0;
  let isParentKnown = false;
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
        isValidating ||= event.persona === "candidate";
        if (!isValidating) return next("simulated", sizes.batch * samplesPerItem);
        validated += 1;
        if (validated <= sizes.batch * samplesPerItem)
          return next("validated on the batch", sizes.batch * samplesPerItem);
        // The parent's answers are asked for once in a run, beside the first candidate's.
        return next(
          "validated on the holdout",
          sizes.holdout * samplesPerItem * (isParentKnown ? 1 : 2),
        );
      case "item-criticised":
        // After a judgement only some are criticised again, and nobody says how many.
        return next("criticised", isJudged ? 0 : sizes.batch);
      case "candidate-judged":
        isParentKnown ||= validated > sizes.batch * samplesPerItem;
        isJudged = true;
        isValidating = false;
        validated = 0;
        part = "";
        return null;
      case "update-proposed":
      case "checkpoint-written":
        return null;
    }
  };
}

function lineOf(event: AlignmentEvent): string | null {
  switch (event.kind) {
    case "alignment-started":
      return `from version ${event.version}: learning from ${event.batch}, judging by ${event.holdout}`;
    case "update-proposed": {
      const { iteration, decision } = event;
      return `update ${iteration}: ${{ keep: "nothing is to change", change: "proposed", refused: "nothing that can be taken" }[decision]}`;
    }
    case "candidate-judged":
      return `update ${event.iteration}: ${event.accepted ? "does better" : "not taken"}`;
    case "item-simulated":
    case "item-criticised":
    case "checkpoint-written":
      return null;
  }
}
