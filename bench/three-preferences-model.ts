import {
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../src/fake-model/openai-server.js";
import { lampQuestion, parseQuestion } from "../src/domain/lamp-question.js";
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

/**
 * A model behind OpenAI's protocol that follows a preference only where its system message states it, the last one where
 * two contradict. An update states what wrong answers have in common, as it is told to: a subject that two of them share,
 * with the latest true answer; where the schema takes several proposals, single ones too.
 */
export function startThreePreferencesModel(): Promise<OpenAiServer> {
  return startOpenAiServer((request) => ({ kind: "message", text: replyTo(request) }));
}

function replyTo({ body }: OpenAiRequest): string {
  const messages = body["messages"] as readonly {
    readonly role: string;
    readonly content: string;
  }[];
  const format = body["response_format"] as
    | { json_schema?: { name: string; schema: { properties?: Record<string, unknown> } } }
    | undefined;
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  const human = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const { name, schema } = format?.json_schema ?? {};
  if (name === "profile")
    return JSON.stringify({ statements: [{ text: "Judges short cases.", items: [1] }] });
  if (name === "critique")
    return JSON.stringify(
      Object.fromEntries(
        Object.keys(schema?.properties ?? {}).map((field) => [field, critique[field] ?? ""]),
      ),
    );
  if (name === "persona_update")
    return JSON.stringify(updateFrom(human, "proposals" in (schema?.properties ?? {})));
  const { subject } = parseQuestion(human);
  const about = subjectOf(subject);
  const stated = [...system.matchAll(/Cases about the (\w+) are given "([^"]+)"\./g)];
  return stated.findLast(([, each]) => each === about)?.[2] ?? byItself(subject);
}

const critique: Readonly<Record<string, unknown>> = {
  gap: "missing",
  linesThatHelped: [],
  linesThatMisled: [],
};

function updateFrom(human: string, isSeveral: boolean) {
  const pair =
    /<question>([\s\S]*?)<\/question>\s*<simulated_answer>([\s\S]*?)<\/simulated_answer>\s*<ground_truth>([\s\S]*?)<\/ground_truth>/g;
  const wrong = [...human.matchAll(pair)].flatMap(
    ([, question = "", answer = "", truth = ""], place) =>
      answer === truth
        ? []
        : [{ about: subjectOf(parseQuestion(question).subject), truth, number: place + 1 }],
  );
  const rules = [...new Set(wrong.map(({ about }) => about))]
    .map((about) => {
      const own = wrong.filter((each) => each.about === about);
      const truth = own.at(-1)?.truth ?? "";
      const items = own.filter((each) => each.truth === truth).map(({ number }) => number);
      return { text: `Cases about the ${about} are given "${truth}".`, items, times: own.length };
    })
    .filter(({ text }) => !human.includes(text))
    .toSorted((x, y) => y.times - x.times);
  const shared = rules.filter(({ times }) => times > 1);
  const added = (some: typeof rules) =>
    some.map(({ text, items }) => ({
      kind: "add",
      line: null,
      text,
      tool: null,
      items,
      keepsEvidence: false,
    }));
  const told = { pattern: "", decision: rules.length > 0 ? "change" : "keep", reason: "Alike." };
  if (!isSeveral) return { ...told, changes: added(shared.length > 0 ? shared : rules) };
  const sets = [rules, shared, rules.slice(0, 1)].filter((some) => some.length > 0);
  return {
    ...told,
    proposals: sets.map((some) => ({ aim: "other", reason: "Alike.", changes: added(some) })),
  };
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
