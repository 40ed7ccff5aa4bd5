import { proposalOf } from "./added-lines.js";
import { agentRole, paperPersonaPrompt } from "../../../src/prompts/agent/persona-prompt.js";
import type { ProfileAnswer } from "../../../src/prompts/learning/profile.js";
import { type PersonaUpdate } from "../../../src/prompts/learning/textual-gradient.js";
import { type Critique } from "../../../src/prompts/learning/textual-loss.js";
import {
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import {
  type PlantedRule,
  type PlantedUser,
  type RuleKind,
  ruleKinds,
  seeded,
} from "../users/planted-user.js";
import { paperLossPrompt, paperUpdatePrompt } from "../../../src/prompts/learning/paper-mode.js";

export interface PlantedModelOptions {
  readonly users: readonly PlantedUser[];
  readonly seed: number;
  /**
   * What an update proposes. `drawn`: the user's right rule half of the time, the useless one a quarter, the harmful one
   * a quarter, whatever the critiques say; nothing once there is a rule. `raced`: all three, as alternatives. `by-heart`: nine in ten of the films it was shown, each with its true answer,
   * and the useless rule beside them, as one that takes chance for a pattern.
   */
  readonly updates: "drawn" | "raced" | "by-heart";
}

/**
 * A model behind OpenAI's protocol that tags a film as its makers call it, unless the persona in its prompt states a
 * rule that the film falls under. It criticises, updates and draws profiles too. The same request gets the same answer;
 * one that it does not know is refused, and `assertUsedUp` says so.
 */
export function startPlantedModel(options: PlantedModelOptions): Promise<OpenAiServer> {
  return startOpenAiServer((request) => ({ kind: "message", text: replyTo(request, options) }));
}

/** The line of a persona that states a rule. */
export function ruleLine({ phrase, tag }: PlantedRule): string {
  return `Films ${phrase} are tagged "${tag}".`;
}

/**
 * The planted answer: as the persona's most particular rule has it (a film's own detail before where it is set), or
 * else as the film is called.
 *
 * @param persona - Its learned lines, or paper mode's whole text.
 */
export function plantedAnswer(question: string, persona: string): string {
  const { called, text } = readFilm(question);
  const stated = [...persona.matchAll(/Films ((?:set|with) [a-z ]+) are tagged "([^"]+)"/g)]
    .map(([, phrase = "", tag = ""]): PlantedRule => ({ phrase, tag }))
    .filter(({ phrase }) => text.includes(`, ${phrase}`));
  const rule = stated.find(({ phrase }) => phrase.startsWith("with")) ?? stated[0];
  return rule?.tag ?? called;
}

function replyTo(request: OpenAiRequest, options: PlantedModelOptions): string {
  const { schemaName, system, human } = readRequest(request);
  switch (schemaName) {
    case "profile":
      return JSON.stringify(profile);
    case "critique":
      return JSON.stringify(critiqueOf(pairsIn(human)[0]));
    case "persona_update":
      return JSON.stringify(updateFrom(human, options));
    case undefined:
      break;
    default:
      throw new Error(`PlantedModel: no answer of the name ${schemaName} is known`);
  }
  if (system.startsWith(opening(agentRole))) {
    const [, lines = ""] =
      /^<learned_preferences>\n([\s\S]*?)\n<\/learned_preferences>$/m.exec(system) ?? [];
    return plantedAnswer(human, lines);
  }
  if (system.startsWith(opening(paperPersonaPrompt.text))) return plantedAnswer(human, system);
  if (human.startsWith(opening(paperLossPrompt.text))) {
    const [, question = ""] = /<question>([\s\S]*?)<\/question>/.exec(human) ?? [];
    const [, answer = ""] = /<ground_truth>([\s\S]*?)<\/ground_truth>/.exec(human) ?? [];
    return `Film: ${readFilm(question).text}\nThis user's tag: ${answer}`;
  }
  if (human.startsWith(opening(paperUpdatePrompt.text))) {
    const [, before = ""] = /<system_prompt>\n([\s\S]*?)\n<\/system_prompt>/.exec(human) ?? [];
    const films = [...human.matchAll(/^Film: (.*)\nThis user's tag: (.*)$/gm)].map(
      ([, question = "", trueAnswer = ""]) => ({ question, trueAnswer }),
    );
    const lines = proposalsOf(films, options)[0] ?? [];
    return [before, ...lines.map(({ text }) => text)].join("\n");
  }
  throw new Error(`PlantedModel: the prompt is not known: ${(system || human).slice(0, 80)}`);
}

/** A film, by its description or the whole question, and what the user tagged it. */
export interface Pair {
  readonly question: string;
  readonly trueAnswer: string;
}

const profile: ProfileAnswer = {
  statements: [{ text: "Watches films of every kind and tags them.", items: [1] }],
};

function critiqueOf(pair: Pair | undefined): Critique {
  if (pair === undefined) throw new Error("PlantedModel: a critique was asked for without a pair");
  return {
    rightlyUsed: "",
    wrong: "",
    gap: "unexplained",
    towardsTruth: `This user tagged it "${pair.trueAnswer}".`,
    searchKeywords: "",
    priorInteractions: "",
    userDescription: "",
    linesThatHelped: [],
    linesThatMisled: [],
  };
}

function updateFrom(human: string, options: PlantedModelOptions): PersonaUpdate {
  const [present = ""] = /<current_lines>[\s\S]*?<\/current_lines>/.exec(human) ?? [];
  // One rule is enough, so that later questions tell what this one is worth.
  if (present.includes("are tagged"))
    return { pattern: "", decision: "keep", reason: "There is a rule.", proposals: [] };
  const pairs = pairsIn(human);
  return {
    pattern: "",
    decision: "change",
    reason: "To tag more films as this user does.",
    proposals: proposalsOf(pairs, options).flatMap((lines) => proposalOf(lines)),
  };
}

/** The alternatives that an update proposes when it is shown these films, each by the lines that it adds. */
export function proposalsOf(
  pairs: readonly Pair[],
  { updates, ...options }: PlantedModelOptions,
): readonly (readonly ProposedLine[])[] {
  return updates === "raced"
    ? ruleKinds.map((kind) => proposal(pairs, { ...options, updates: kind }))
    : [proposal(pairs, { ...options, updates })];
}

export interface ProposedLine {
  readonly text: string;
  /** Numbers of the items that it rests on. */
  readonly items: readonly number[];
}

/** The lines of one proposal; of a rule of this kind, where one is named. */
function proposal(
  pairs: readonly Pair[],
  {
    users,
    seed,
    updates,
  }: Omit<PlantedModelOptions, "updates"> & {
    readonly updates: "drawn" | "by-heart" | RuleKind;
  },
): ProposedLine[] {
  const films = pairs.map(({ question }) => readFilm(question));
  const user = users.find(({ number }) => number === films[0]?.user);
  if (user === undefined) throw new Error("PlantedModel: an update is of a user it does not know");
  const drawn = () => drawKind(seeded(seed, ...films.map(({ id }) => id)));
  const kind = updates === "by-heart" ? "useless" : updates === "drawn" ? drawn() : updates;
  const rule = user.rules[kind];
  const shown = films.flatMap(({ text }, place) => (text.includes(rule.phrase) ? [place + 1] : []));
  // A line that rests on one item is kept from that item's simulation: these rest on two and more.
  const items = [...new Set([...shown, 1, 2])];
  const line = { text: ruleLine(rule), items };
  return updates === "by-heart" ? [...byHeart(pairs), line] : [line];
}

function drawKind(random: () => number): RuleKind {
  const drawn = random();
  if (drawn < 0.5) return "right";
  return drawn < 0.75 ? "useless" : "harmful";
}

/** Nine in ten of the pairs, three in a line because a persona may have eight lines. */
function byHeart(pairs: readonly Pair[]): ProposedLine[] {
  const learned = pairs.slice(0, Math.round(0.9 * pairs.length)).map((pair, place) => ({
    text: ruleLine({ phrase: readFilm(pair.question).detail, tag: pair.trueAnswer }),
    number: place + 1,
  }));
  const lines: ProposedLine[] = [];
  for (let start = 0; start < learned.length; start += 3) {
    const part = learned.slice(start, start + 3);
    const items = new Set([...part.map(({ number }) => number), start === 0 ? 2 : 1]);
    lines.push({ text: part.map(({ text }) => text).join(" "), items: [...items] });
  }
  return lines;
}

/** Films that stand in a prompt with the user's true answer. */
function pairsIn(text: string): Pair[] {
  const pattern =
    /<question>([\s\S]*?)<\/question>[\s\S]*?<ground_truth>([\s\S]*?)<\/ground_truth>/g;
  return [...text.matchAll(pattern)].map(([, question = "", trueAnswer = ""]) => ({
    question,
    trueAnswer,
  }));
}

function readFilm(question: string) {
  const [text, user, place, called, detail] =
    /Reel (\d+)-(\d+): called "([^"]+)" by its makers, set [a-z ]+, (with [a-z ]+)\.$/.exec(
      question,
    ) ?? [];
  if (text === undefined || called === undefined || detail === undefined)
    throw new Error(`PlantedModel: not a question of a planted user: ${question.slice(-80)}`);
  return { id: `${user}-${place}`, user: Number(user), called, detail, text };
}

function readRequest({ body }: OpenAiRequest) {
  const messages = body["messages"] as readonly {
    readonly role: string;
    readonly content: string;
  }[];
  const format = body["response_format"] as { json_schema?: { name: string } } | undefined;
  const last = messages.at(-1);
  return {
    schemaName: format?.json_schema?.name,
    system: messages.find(({ role }) => role === "system")?.content ?? "",
    human: last?.role === "user" ? last.content : "",
  };
}

/** How a prompt begins, up to its first slot or the end of its first sentence. */
function opening(prompt: string): string {
  return prompt.slice(0, prompt.indexOf(". ") + 1);
}
