import { mapConcurrently } from "../../../src/system/map-concurrently.js";
import {
  type AcceptanceDecision,
  decideAcceptance,
} from "../../../src/domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../../src/domain/alignment/alignment-item.js";
import { decideByBenefit } from "../../../src/domain/alignment/expected-benefit.js";
import { labelledItems } from "../../../src/domain/alignment/labelled-items.js";
import { foldCount } from "../../../src/domain/alignment/simulation-profile.js";
import { splitByScore } from "../../../src/domain/alignment/split-batch-holdout.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import type { Episode } from "../../../src/domain/episode.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { undatedItem } from "./episodes.js";
import {
  plantedAnswer,
  type PlantedModelOptions,
  proposal,
  ruleLine,
  startPlantedModel,
} from "../models/planted-model.js";
import {
  drawItems,
  drawUser,
  type PlantedItem,
  type PlantedUser,
  type RuleKind,
  ruleKinds,
  withRandomAnswers,
} from "./planted-user.js";

/** An experiment whose outcome is known beforehand: so many users, each aligned once. */
export interface Control {
  readonly users: number;
  readonly seed: number;
  readonly mode: "default" | "paper";
  readonly batch: number;
  /** At most 32 in default mode, so that the parent answers all items first. */
  readonly holdout: number;
  /** Which true answers are replaced at random: of all, or the latest as many as a batch takes. */
  readonly noise: "none" | "latest" | "all";
  readonly acceptance: "expected" | "strict";
  readonly updates: PlantedModelOptions["updates"];
}

/** What came of one user's alignment. */
export interface Trial {
  readonly kind: RuleKind;
  readonly accepted: boolean;
  /** The rule's own words, with every number it rests on; `null` in paper mode, which has no rule. */
  readonly reason: string | null;
  /** Model calls. */
  readonly calls: number;
  /** By how much the head answers other questions of the user better than before, -1 to 1. */
  readonly gain: number;
}

/** Questions of each user that no alignment sees. */
const laterItems = 48;
/** Held-out items that are asked at once by expected benefit; the strict rule asks them all. */
const groupSize = 8;

/**
 * Aligns every user over HTTP, with the settings as they are but for one iteration. Each has as many true answers as
 * batch and holdout take.
 *
 * @throws When the model was asked what it does not know, or a run came to no proposal.
 */
export async function runControl(control: Control): Promise<Trial[]> {
  const { seed, updates, mode, batch, holdout, acceptance } = control;
  const users = usersOf(control);
  const server = await startPlantedModel({ users, seed, updates });
  const model = loadChatModel("openai:planted", { openaiBaseUrl: server.url, backoffMs: 0 });
  const trials: Trial[] = [];
  try {
    await mapConcurrently(users, 3, async (user) => {
      trials[user.number] = await align(user);
      // They are kept for tests that look at them, and would fill the memory here.
      server.requests.length = 0;
    });
    server.assertUsedUp();
  } finally {
    await server.close();
  }
  return trials;

  async function align(user: PlantedUser): Promise<Trial> {
    const { history, later } = itemsOf(user, control);
    const agent = createPersonaAgent({ model, modelName: "openai:planted" });
    const { episodes, personas } = agent.memory;
    await episodes.addMany(user.id, episodesOf(history));
    const sizes = { batch, holdout, iterations: 1 };
    const settings = { mode, ...sizes, acceptance, refreshProfile: false } as const;
    const { iterations, usage, degraded } = await agent.align(user.id, { settings });
    const checkpoints = await personas.history(user.id);
    const written = checkpoints.find(({ author }) => author === "alignment");
    const [iteration] = iterations;
    if (written === undefined || iteration === undefined || degraded.length > 0)
      throw new Error(`${user.id} came to no proposal: ${iteration?.reason ?? degraded.join()}`);
    return {
      kind: kindOf(user, textOf(written)),
      accepted: iteration.accepted,
      reason: mode === "paper" ? null : iteration.reason,
      calls: usage.calls,
      gain: gainOf(textOf(await personas.head(user.id)), later),
    };
  }
}

/**
 * What `runControl` has to come to, worked out without a graph, a memory and a model server: the planted answers with
 * the proposed lines and without, the draw of the batch, and the acceptance rule.
 */
export function predictControl(control: Control): Trial[] {
  const { mode, batch: batchSize, holdout, acceptance, seed, updates } = control;
  const users = usersOf(control);
  return users.map((user) => {
    const { history, later } = itemsOf(user, control);
    const items = labelledItems(episodesOf(history), batchSize + holdout);
    const answered = items.toReversed().map((item) => ({ item, score: scoreOf(item, "") }));
    const split =
      mode === "paper"
        ? { batch: items, holdout: [] }
        : splitByScore(answered, batchSize, initialPersona.id);
    const pairs = split.batch.map(({ query: question, groundTruth: trueAnswer }) => ({
      question,
      trueAnswer,
    }));
    const persona = proposal(pairs, { users, seed, updates })
      .map(({ text }) => text)
      .join("\n");
    const kind = kindOf(user, persona);
    // The user's profile, an answer an item, a critique an item of the batch, the update.
    const calls = 1 + items.length + batchSize + 1;
    const gain = gainOf(persona, later);
    if (mode === "paper") return { kind, accepted: true, reason: null, calls, gain };
    const scored = (some: readonly AlignmentItem[]) =>
      some.map((item) => ({
        item: item.episodeId,
        weight: item.weight,
        parent: [scoreOf(item, "")],
        candidate: [scoreOf(item, persona)],
      }));
    const decide = (asked: number) => {
      const evidence = {
        batch: scored(split.batch),
        holdout: scored(split.holdout.slice(0, asked)),
      };
      return acceptance === "strict"
        ? decideAcceptance(evidence)
        : decideByBenefit({ ...evidence, remaining: split.holdout.length - asked });
    };
    const step = acceptance === "strict" ? split.holdout.length : groupSize;
    let asked = 0;
    while (asked < split.holdout.length && isOpen(decide(asked))) asked += step;
    const { accepted, reason } = decide(asked);
    return {
      kind,
      accepted,
      reason,
      // The profiles of the simulations, and the candidate's answers.
      calls: calls + foldCount + batchSize + asked,
      gain: accepted ? gain : 0,
    };
  });
}

function isOpen({ outcome }: AcceptanceDecision): boolean {
  return outcome === "undecided" || outcome === "too-few-items";
}

function usersOf({ users, seed }: Control): PlantedUser[] {
  return Array.from({ length: users }, (_, number) => drawUser(seed, number));
}

/** The user's history, oldest first and as long as batch and holdout, and the questions after it. */
function itemsOf(user: PlantedUser, { seed, batch, holdout, noise }: Control) {
  const items = drawItems(user, seed, batch + holdout + laterItems);
  const truth = items.slice(0, batch + holdout);
  const random = withRandomAnswers(truth, user, seed);
  const history = {
    none: truth,
    latest: [...truth.slice(0, holdout), ...random.slice(holdout)],
    all: random,
  };
  return { history: history[noise], later: items.slice(batch + holdout) };
}

function episodesOf(history: readonly PlantedItem[]): Episode[] {
  return history.map(({ query, answer }, place) => undatedItem(place, query, answer));
}

function scoreOf({ query, groundTruth }: AlignmentItem, persona: string): number {
  return plantedAnswer(query, persona) === groundTruth ? 1 : 0;
}

function textOf({ lines, paperSystemPrompt }: PersonaCheckpoint): string {
  return [paperSystemPrompt ?? "", ...lines.map(({ text }) => text)].join("\n");
}

function kindOf(user: PlantedUser, persona: string): RuleKind {
  const kind = ruleKinds.find((each) => persona.includes(ruleLine(user.rules[each])));
  if (kind === undefined) throw new Error(`${user.id} was proposed none of their rules.`);
  return kind;
}

function gainOf(persona: string, items: readonly PlantedItem[]): number {
  const right = (text: string) =>
    items.filter(({ query, answer }) => plantedAnswer(query, text) === answer).length;
  return (right(persona) - right("")) / items.length;
}
