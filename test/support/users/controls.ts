import { mapConcurrently } from "../../../src/system/map-concurrently.js";
import { decideAcceptance } from "../../../src/domain/alignment/acceptance.js";
import type { PersonaCheckpoint } from "../../../src/domain/persona/persona-checkpoint.js";
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
  readonly holdout: number;
  /** Which true answers are replaced at random. */
  readonly noise: "none" | "batch" | "both";
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

/**
 * Aligns every user over HTTP, with the settings as they are but for one iteration. Each has as many true answers as
 * batch and holdout take.
 *
 * @throws When the model was asked what it does not know, or a run came to no proposal.
 */
export async function runControl(control: Control): Promise<Trial[]> {
  const { seed, updates, mode, batch, holdout } = control;
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
    await episodes.addMany(
      user.id,
      history.map(({ query, answer }, place) => undatedItem(place, query, answer)),
    );
    const settings = { mode, batch, holdout, iterations: 1, refreshProfile: false } as const;
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
 * the proposed lines and without, and the acceptance rule.
 */
export function predictControl(control: Control): Trial[] {
  const { mode, batch, holdout, seed, updates } = control;
  const users = usersOf(control);
  // Profile, one answer and one critique an item of the batch, the update.
  const callsBefore = 1 + 2 * batch + 1;
  return users.map((user) => {
    const { history, later } = itemsOf(user, control);
    const learned = history.slice(holdout);
    const pairs = learned.map(({ query, answer }) => ({ question: query, trueAnswer: answer }));
    const persona = proposal(pairs, { users, seed, updates })
      .map(({ text }) => text)
      .join("\n");
    const kind = kindOf(user, persona);
    if (mode === "paper")
      return {
        kind,
        accepted: true,
        reason: null,
        calls: callsBefore,
        gain: gainOf(persona, later),
      };
    const score = ({ query, answer }: PlantedItem, text: string) =>
      plantedAnswer(query, text) === answer ? 1 : 0;
    const scored = (items: readonly PlantedItem[]) =>
      items.map((item) => ({
        item: item.query,
        parent: [score(item, "")],
        candidate: [score(item, persona)],
      }));
    const { accepted, outcome, reason } = decideAcceptance({
      batch: scored(learned),
      holdout: scored(history.slice(0, holdout)),
    });
    const calls = callsBefore + batch + (outcome === "worse-on-batch" ? 0 : 2 * holdout);
    return { kind, accepted, reason, calls, gain: accepted ? gainOf(persona, later) : 0 };
  });
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
    batch: [...truth.slice(0, holdout), ...random.slice(holdout)],
    both: random,
  };
  return { history: history[noise], later: items.slice(batch + holdout) };
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
