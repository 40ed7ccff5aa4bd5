import {
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../src/fake-model/openai-server.js";
import { lampQuestion, parseQuestion } from "../src/domain/lamp-question.js";
import { estimateTokens } from "../src/domain/text/storable-text.js";
import { createRandom, drawIndex, shuffled } from "../src/system/seeded-random.js";

/** A question and the user's true answer. */
export interface PlantedQuestion {
  readonly query: string;
  readonly answer: string;
}

/** A user with 40 interactions, oldest first, and questions after them. */
export interface ThreePreferences {
  readonly id: string;
  readonly history: readonly PlantedQuestion[];
  readonly later: readonly PlantedQuestion[];
}

const subjects = ["glacier", "orchestra", "lighthouse", "vineyard", "locomotive", "printer"];
const people = ["a widow", "two brothers", "a young doctor", "the mayor", "an old soldier"];
const actions = ["argues about", "dreams of", "writes about", "is lost near", "inherits"];
const tags = parseQuestion(lampQuestion("LaMP_2M", "")).options ?? [];

/** What the latest 8 of the 40, those before, and the 24 later questions are about; the rest about nothing preferred. */
const parts = {
  early: { inBatch: 0, elsewhere: 3, changed: 3, count: 20 },
  middle: { inBatch: 0, elsewhere: 2, changed: 2, count: 12 },
  latest: { inBatch: 5, elsewhere: 0, changed: 1, count: 8 },
  later: { inBatch: 3, elsewhere: 3, changed: 4, count: 24 },
} as const;

/**
 * Three preferences, each of which decides about an eighth of the interactions: one shows in the latest eight only, one in
 * the others only, and one has another answer from the middle on. All else is answered as the model does by itself.
 */
export function drawThreePreferences(seed: number, number: number): ThreePreferences {
  const random = createRandom(seed + number);
  const [inBatch = "", elsewhere = "", changed = "", ...others] = shuffled(subjects, random);
  const [a = "", b = "", before = "", after = ""] = shuffled(tags, random);
  const pick = <Value>(values: readonly Value[]) =>
    values[drawIndex(values.length, random)] as Value;
  let count = 0;
  const draw = (part: keyof typeof parts): PlantedQuestion[] => {
    const { inBatch: ofA, elsewhere: ofB, changed: ofC, count: all } = parts[part];
    const about = [
      ...Array.from({ length: ofA }, () => ({ subject: inBatch, answer: a })),
      ...Array.from({ length: ofB }, () => ({ subject: elsewhere, answer: b })),
      ...Array.from({ length: ofC }, () => ({
        subject: changed,
        answer: part === "early" ? before : after,
      })),
      ...Array.from({ length: all - ofA - ofB - ofC }, () => ({
        subject: pick(others),
        answer: null,
      })),
    ];
    return shuffled(about, random).map(({ subject, answer }) => {
      count += 1;
      const text = `Case ${count} of ${number}: ${pick(people)} ${pick(actions)} the ${subject}.`;
      return { query: lampQuestion("LaMP_2M", text), answer: answer ?? byItself(text) };
    });
  };
  return {
    id: `user-${number}`,
    history: [...draw("early"), ...draw("middle"), ...draw("latest")],
    later: draw("later"),
  };
}

/** One answered request. Tokens are an estimate by length, of all that was sent: messages, tools and schemas. */
export interface ModelCall {
  readonly role: "answer" | "profile" | "critique" | "update";
  readonly tokensIn: number;
  readonly tokensOut: number;
}

export interface ThreePreferencesModelOptions {
  readonly onCall?: (call: ModelCall) => void;
  /** Most preferences that it finds in one request for an update; all that it shows unless given. */
  readonly finds?: number;
}

/**
 * A model behind OpenAI's protocol that follows a preference only where its system message states it, the last one where
 * two contradict. An update states what wrong answers have in common, as it is told to: a subject that two of them share,
 * with the latest true answer; where the schema takes several proposals, single ones too.
 *
 * It reads and answers requests of two forms by the same rules: ours, with a schema, and ax's, whose system message names
 * the field that it wants.
 */
export function startThreePreferencesModel({
  onCall = () => {},
  finds = Infinity,
}: ThreePreferencesModelOptions = {}): Promise<OpenAiServer> {
  return startOpenAiServer((request) => {
    const { role, text } = replyTo(request, finds);
    const { messages, tools, response_format: format } = request.body;
    const sent = (messages as readonly Message[]).map(({ content }) => content);
    const tokensIn = estimateTokens(
      [...sent, ...[tools, format].map((part) => JSON.stringify(part) ?? "")].join("\n"),
    );
    onCall({ role, tokensIn, tokensOut: estimateTokens(text) });
    return { kind: "message", text };
  });
}

interface Message {
  readonly role: string;
  readonly content: string;
}

interface Reply {
  readonly role: ModelCall["role"];
  readonly text: string;
}

function replyTo({ body }: OpenAiRequest, finds: number): Reply {
  const messages = body["messages"] as readonly Message[];
  const format = body["response_format"] as
    | { json_schema?: { name: string; schema: { properties?: Record<string, unknown> } } }
    | undefined;
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  const human = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const { name, schema } = format?.json_schema ?? {};
  const [, field] = /\(wire key: `(\w+)`\)/.exec(system) ?? [];
  if (name === "profile")
    return {
      role: "profile",
      text: JSON.stringify({ statements: [{ text: "Judges short cases.", items: [1] }] }),
    };
  if (name === "critique")
    return {
      role: "critique",
      text: JSON.stringify(
        Object.fromEntries(
          Object.keys(schema?.properties ?? {}).map((each) => [each, critique[each] ?? ""]),
        ),
      ),
    };
  if (name === "persona_update")
    return {
      role: "update",
      text: JSON.stringify(updateFrom(human, "proposals" in (schema?.properties ?? {}), finds)),
    };
  switch (field) {
    case undefined:
      return { role: "answer", text: answerTo(human, system) };
    case "answer":
      return {
        role: "answer",
        text: `answer: ${answerTo(human.replace(/^Question: /, ""), system)}`,
      };
    case "feedbackSummary":
      return { role: "critique", text: "feedbackSummary: Something is missing." };
    case "newValue":
      return { role: "update", text: `newValue: ${valueFrom(human, finds)}` };
    default:
      throw new Error(`The field ${field} is not known`);
  }
}

function answerTo(question: string, system: string): string {
  const { subject } = parseQuestion(question);
  const about = subjectOf(subject);
  const stated = [...system.matchAll(/Cases about the (\w+) are given "([^"]+)"\./g)];
  return stated.findLast(([, each]) => each === about)?.[2] ?? byItself(subject);
}

const critique: Readonly<Record<string, unknown>> = {
  gap: "missing",
  linesThatHelped: [],
  linesThatMisled: [],
};

/** An answer that a request shows, beside the true one. */
interface Shown {
  readonly question: string;
  readonly answer: string;
  readonly truth: string;
}

interface Rule {
  readonly text: string;
  /** Numbers of the wrong answers that have this true answer. */
  readonly items: readonly number[];
  /** Of wrong answers about the subject. */
  readonly times: number;
}

function updateFrom(human: string, isSeveral: boolean, finds: number) {
  const pair =
    /<question>([\s\S]*?)<\/question>\s*<simulated_answer>([\s\S]*?)<\/simulated_answer>\s*<ground_truth>([\s\S]*?)<\/ground_truth>/g;
  const rules = rulesFrom(
    [...human.matchAll(pair)].map(([, question = "", answer = "", truth = ""]) => ({
      question,
      answer,
      truth,
    })),
    human,
  ).slice(0, finds);
  const added = (some: readonly Rule[]) =>
    some.map(({ text, items }) => ({
      kind: "add",
      line: null,
      text,
      tool: null,
      items,
      keepsEvidence: false,
    }));
  const told = { pattern: "", decision: rules.length > 0 ? "change" : "keep", reason: "Alike." };
  if (!isSeveral) return { ...told, changes: added(sharedOrAll(rules)) };
  const sets = [rules, sharedBy(rules), rules.slice(0, 1)].filter((some) => some.length > 0);
  return {
    ...told,
    proposals: sets.map((some) => ({ aim: "other", reason: "Alike.", changes: added(some) })),
  };
}

/** The one new text that ax asks for: the current one, and the rules that a single proposal would add. */
function valueFrom(human: string, finds: number): string {
  const [, current = ""] = /^Current Value: (.*)$/m.exec(human) ?? [];
  const [, shown = "[]"] = /^Minibatch: (\[[\s\S]*?\n\])$/m.exec(human) ?? [];
  const items = JSON.parse(shown) as readonly {
    readonly input: { readonly question: string; readonly answer: string };
    readonly prediction: { readonly answer?: string };
  }[];
  // A minibatch that is larger than what is left of the items has some of them twice.
  const once = new Map(items.map((item) => [item.input.question, item])).values();
  const rules = rulesFrom(
    [...once].map(({ input, prediction }) => ({
      question: input.question,
      answer: prediction.answer ?? "",
      truth: input.answer,
    })),
    current,
  ).slice(0, finds);
  return [current, ...sharedOrAll(rules).map(({ text }) => text)].join(" ");
}

function sharedOrAll(rules: readonly Rule[]): readonly Rule[] {
  const shared = sharedBy(rules);
  return shared.length > 0 ? shared : rules;
}

function sharedBy(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ times }) => times > 1);
}

/**
 * What wrong answers say, by subject, the most frequent first: the latest true answer that is shown for it, unless that is
 * stated already or no wrong answer has it. Which one is the latest is told by the numbers of the cases, as ax shows its
 * items in any order.
 */
function rulesFrom(shown: readonly Shown[], stated: string): readonly Rule[] {
  const items = shown
    .map(({ question, answer, truth }, place) => {
      const { subject } = parseQuestion(question);
      const isWrong = answer !== truth;
      return { about: subjectOf(subject), at: caseOf(subject), truth, isWrong, number: place + 1 };
    })
    .toSorted((x, y) => x.at - y.at);
  return [...new Set(items.filter(({ isWrong }) => isWrong).map(({ about }) => about))]
    .map((about) => {
      const own = items.filter((each) => each.about === about);
      const wrong = own.filter(({ isWrong }) => isWrong);
      const truth = own.at(-1)?.truth ?? "";
      return {
        text: `Cases about the ${about} are given "${truth}".`,
        items: wrong.filter((each) => each.truth === truth).map(({ number }) => number),
        times: wrong.length,
      };
    })
    .filter(({ text, items: cited }) => cited.length > 0 && !stated.includes(text))
    .toSorted((x, y) => y.times - x.times);
}

function caseOf(text: string): number {
  return Number(/^Case (\d+) of /.exec(text.trim())?.[1] ?? 0);
}

function subjectOf(text: string): string {
  const [, subject] = /\bthe (\w+)\.$/.exec(text.trim()) ?? [];
  if (subject === undefined) throw new Error(`Not a case: ${text.slice(0, 200)}`);
  return subject;
}

function byItself(text: string): string {
  let value = 0x811c9dc5;
  for (const letter of text)
    value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return tags[value % tags.length] ?? "";
}
