import type { PersonaAgentOptions } from "../../../src/app/persona-agent.js";
import type { AlignSettings } from "../../../src/app/alignment-runs/aligner.js";
import type { Episode } from "../../../src/domain/episode.js";
import type { AlignmentEvent } from "../../../src/state/alignment-event.js";
import { agentUnderTest } from "./agent-under-test.js";
import {
  AlignmentModel,
  type AlignmentReplies,
  type AskedOfModel,
} from "../models/alignment-model.js";
import { turnAt } from "../users/episodes.js";

/** A line under which the model of these tests answers as the user would. */
export const goodLine = "Prefers leaves over beans whenever both are offered.";
/** A line under which it answers nothing right. */
export const badLine = "Wants the strongest drink of the house in every case.";

/** The nth interaction: the user took tea. */
export function drink(n: number, change: Partial<Episode> = {}): Episode {
  return turnAt(n, `What do I drink on occasion ${n}?`, {
    groundTruth: "tea",
    threadId: null,
    ...change,
  });
}

/** Which occasion a request is about. */
export function occasionOf({ question }: Pick<AskedOfModel, "question">): number {
  return Number(/occasion (\d+)/.exec(question)?.[1]);
}

/** Which occasion a critique is of: past interactions stand before the question. */
export function criticisedOccasion({ thread }: Pick<AskedOfModel, "thread">): number {
  return Number([...thread.matchAll(/occasion (\d+)/g)].at(-1)?.[1]);
}

/**
 * A model whose answers hang on the persona alone: right under the good line, wrong under the bad one, and without a
 * line right for every second occasion. It proposes the good line unless told otherwise.
 */
export function drinkingModel(change: AlignmentReplies = {}): AlignmentModel {
  return new AlignmentModel({
    simulation: (asked) => {
      if (asked.system.includes(goodLine)) return "tea";
      if (asked.system.includes(badLine)) return "coffee";
      return occasionOf(asked) % 2 === 0 ? "tea" : "coffee";
    },
    critique: () => ({}),
    update: ({ thread }) => (thread.includes(goodLine) ? {} : { lines: [goodLine] }),
    profile: () => "Drinks a lot.",
    ...change,
  });
}

/** An agent in this process whose user, Ada, has had so many drinks. */
export async function alignmentUnderTest({
  replies = {},
  items = 16,
  episodes = Array.from({ length: items }, (_, n) => drink(n)),
  settings = {},
  ...options
}: Partial<PersonaAgentOptions> & {
  readonly replies?: AlignmentReplies;
  readonly items?: number;
  readonly episodes?: readonly Episode[];
  readonly settings?: AlignSettings;
} = {}) {
  const model = drinkingModel(replies);
  const agent = agentUnderTest(model, options);
  const { memory } = agent;
  await memory.episodes.addMany("ada", [...episodes]);
  const events: AlignmentEvent[] = [];
  return {
    ...agent,
    model,
    events,
    episodes,
    run: (change: AlignSettings = {}, signal?: AbortSignal) =>
      agent.align("ada", {
        settings: { ...settings, ...change },
        onEvent: (event) => events.push(event),
        signal,
      }),
    log: () => memory.personas.history("ada"),
    head: () => memory.personas.head("ada"),
    /** What the runs left in the log, in the order of writing: one instant may have many. */
    checkpoints: async () =>
      (await memory.personas.history("ada"))
        .filter(({ alignment }) => alignment !== null)
        .toSorted((a, b) => (a.alignment?.iteration ?? 0) - (b.alignment?.iteration ?? 0)),
    status: () => memory.alignments.get("ada"),
    overview: () => agent.status("ada"),
    /** Simulation requests by what was asked and the learned lines under which it was. */
    simulated: () => {
      const counts = new Map<string, number>();
      for (const { question, system } of model.of("simulation")) {
        const lines = /<learned_preferences>[\s\S]*<\/learned_preferences>/.exec(system)?.[0] ?? "";
        const key = `${question} ${lines}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return counts;
    },
  };
}
