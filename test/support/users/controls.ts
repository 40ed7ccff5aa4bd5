import { mapConcurrently } from "../../../src/system/map-concurrently.js";
import {
  type AcceptanceDecision,
  decideAcceptance,
} from "../../../src/domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../../src/domain/alignment/alignment-item.js";
import { decideByBenefit } from "../../../src/domain/alignment/expected-benefit.js";
import { labelledItems } from "../../../src/domain/alignment/labelled-items.js";
import { rankContenders, stillRacing } from "../../../src/domain/alignment/race.js";
import { foldCount } from "../../../src/domain/alignment/simulation-profile.js";
import { splitByScore } from "../../../src/domain/alignment/split-batch-holdout.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import type { Episode } from "../../../src/domain/episode.js";
import type { AlignSettings } from "../../../src/app/alignment-runs/aligner.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../../../src/app/persona-agent.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { undatedItem } from "./episodes.js";
import {
  plantedAnswer,
  type PlantedModelOptions,
  proposalsOf,
  ruleLine,
  startPlantedModel,
} from "../models/planted-model.js";
import {
  drawItems,
  drawUser,
  type PlantedEffects,
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
  /** What the rules are worth; +20, 0 and -20 points unless given. */
  readonly effects?: PlantedEffects;
  /** These users alone, by number; all unless given. */
  readonly only?: readonly number[];
  /**
   * So many further questions of each user whose update was taken are asked and answered truly, with an alignment after
   * each eight and at the end; none unless given.
   */
  readonly further?: number;
}

/** What came of one user's alignment. */
export interface Trial {
  readonly user: number;
  /** Of the update that was taken, or came nearest to it. */
  readonly kind: RuleKind;
  readonly accepted: boolean;
  /** The rule's own words, with every number it rests on; `null` in paper mode, which has no rule. */
  readonly reason: string | null;
  /** Model calls. */
  readonly calls: number;
  /** By how much the head answers other questions of the user better than before, -1 to 1. */
  readonly gain: number;
  /** Whether the rule is still in use after the further questions; `null` where none was asked. */
  readonly isInUse: boolean | null;
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
      trials[users.indexOf(user)] = await align(user);
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
    // Of those that were raced, only the one that came nearest has the critiques.
    const written = checkpoints.find(({ alignment }) => (alignment?.critiques.length ?? 0) > 0);
    const [iteration] = iterations;
    if (written === undefined || iteration === undefined || degraded.length > 0)
      throw new Error(`${user.id} came to no proposal: ${iteration?.reason ?? degraded.join()}`);
    const gain = gainOf(textOf(await personas.head(user.id)), later);
    const kind = kindOf(user, textOf(written));
    const isTried = control.further !== undefined && iteration.accepted;
    if (isTried) await liveOn(agent, user, later.slice(0, control.further), settings);
    const isInUse = async () =>
      textOf(await personas.head(user.id)).includes(ruleLine(user.rules[kind]));
    return {
      user: user.number,
      kind,
      accepted: iteration.accepted,
      reason: mode === "paper" ? null : iteration.reason,
      calls: usage.calls,
      gain,
      isInUse: isTried ? await isInUse() : null,
    };
  }
}

/** The user asks these questions, says each time what is true, and is aligned after each eight. */
async function liveOn(
  agent: PersonaAgent,
  { id }: PlantedUser,
  items: readonly PlantedItem[],
  settings: AlignSettings,
): Promise<void> {
  for (const [place, { query, answer }] of items.entries()) {
    const { episodeId } = await agent.ask(id, query, { settings: { reflection: false } });
    if (episodeId === null) throw new Error(`${id}: a turn was not stored`);
    await agent.feedback(id, { episodeId, kind: "answer", text: answer });
    if ((place + 1) % 8 === 0 || place + 1 === items.length) await agent.align(id, { settings });
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
    const personas = proposalsOf(pairs, { users, seed, updates }).map((lines) =>
      lines.map(({ text }) => text).join("\n"),
    );
    // The user's profile, an answer an item, a critique an item of the batch, the update.
    const calls = 1 + items.length + batchSize + 1;
    const told = { user: user.number, isInUse: null };
    if (mode === "paper") {
      const [persona = ""] = personas;
      const gain = gainOf(persona, later);
      return { ...told, kind: kindOf(user, persona), accepted: true, reason: null, calls, gain };
    }
    const scored = (some: readonly AlignmentItem[], persona: string) =>
      some.map((item) => ({
        item: item.episodeId,
        weight: item.weight,
        parent: [scoreOf(item, "")],
        candidate: [scoreOf(item, persona)],
      }));
    const total = split.holdout.length;
    const decide = (key: string, asked: number, remaining: number) => {
      const persona = personas[Number(key)] ?? "";
      const evidence = {
        batch: scored(split.batch, persona),
        holdout: scored(split.holdout.slice(0, asked), persona),
      };
      const decision =
        acceptance === "strict"
          ? decideAcceptance(evidence)
          : decideByBenefit({ ...evidence, remaining });
      return { key, decision, isOpen: remaining > 0 && isOpen(decision) };
    };
    const step = acceptance === "strict" ? total : groupSize;
    const askedOf = new Map(personas.map((_, key) => [String(key), 0]));
    let racing = [...askedOf.keys()];
    let asked = 0;
    for (;;) {
      const judged = racing.map((key) => decide(key, asked, total - asked));
      const going = stillRacing(judged, asked / step);
      // Where two promise the same, the one that was proposed first goes on, as in the graph.
      racing = racing.filter((key) => going.includes(key));
      if (racing.length === 0 || asked >= total) break;
      asked = Math.min(total, asked + step);
      for (const key of racing) askedOf.set(key, asked);
    }
    const [best] = rankContenders([...askedOf].map(([key, of]) => decide(key, of, 0)));
    if (best === undefined) throw new Error(`${user.id} was proposed nothing.`);
    const persona = personas[Number(best.key)] ?? "";
    const { accepted, reason } = best.decision;
    const ofCandidates = [...askedOf.values()].reduce((sum, of) => sum + batchSize + of, 0);
    return {
      ...told,
      kind: kindOf(user, persona),
      accepted,
      reason,
      // The profiles of the simulations, and the candidates' answers.
      calls: calls + foldCount + ofCandidates,
      gain: accepted ? gainOf(persona, later) : 0,
    };
  });
}

function isOpen({ outcome }: AcceptanceDecision): boolean {
  return outcome === "undecided" || outcome === "too-few-items";
}

function usersOf({ users, seed, effects, only }: Control): PlantedUser[] {
  const numbers = only ?? Array.from({ length: users }, (_, number) => number);
  return numbers.map((number) => drawUser(seed, number, effects));
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
