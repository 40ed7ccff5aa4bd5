import { lampQuestion } from "../../domain/lamp-question.js";
import type { LampTask } from "../../domain/lamp-question.js";
import { taskLabels } from "./labels.js";
import { createRandom, drawIndex, shuffled } from "../../system/seeded-random.js";

export interface GeneratorOptions {
  readonly task: Exclude<LampTask, "LaMP_1">;
  /** Whole number; the same seed gives the same set. */
  readonly seed: number;
  readonly users: number;
  /** Items of each user's history, and questions after it. */
  readonly historyLength: number;
  readonly questions: number;
  /** Share of answers, 0 to 1, that are drawn at random from all labels; the others follow the user's rules. */
  readonly noise: number;
  /** The allowed answers; the task's unless given. For ratings they are fixed. */
  readonly labels?: readonly string[];
}

/** A set in LaMP's time-based format whose users' preferences are known. */
export interface GeneratedSet {
  /** As in `dev_questions.json`. */
  readonly questions: readonly {
    readonly id: string;
    readonly user_id: string;
    readonly input: string;
    readonly profile: readonly Readonly<Record<string, string>>[];
  }[];
  /** As in `dev_outputs.json`. */
  readonly outputs: {
    readonly task: string;
    readonly golds: readonly { readonly id: string; readonly output: string }[];
  };
  /** By user: the label that the user gives a text with this feature. */
  readonly rules: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /**
   * The best possible: each question's answer by its user's rules. Its expected accuracy is
   * `1 - noise + noise / labels`; that of any method blind to the user is about `1 / labels`.
   */
  readonly best: readonly { readonly id: string; readonly output: string }[];
}

/** Each text has exactly one of these words, which determines the user's answer. */
const features = ["glacier", "orchestra", "lighthouse", "vineyard", "locomotive"];
const people = ["a widow", "two brothers", "a young doctor", "the mayor", "an old soldier"];
const places = ["in a small town", "by the harbour", "in the capital", "across the border"];
const actions = ["argues about", "dreams of", "writes about", "is lost near", "inherits"];

/** The names that LaMP gives to an item's text and label. */
const fields = {
  LaMP_2N: ["text", "category"],
  LaMP_2M: ["description", "tag"],
  LaMP_3: ["text", "score"],
} as const;

/**
 * Users of a closed task with planted preferences: each user's rules give every feature a label of its own (labels
 * repeat only where there are fewer than features), drawn anew for each user, so that only the user's own history
 * tells them. Items are a day apart, the questions come after the history, and no two texts of a user are the same.
 */
export function generateSet({
  task,
  seed,
  users,
  historyLength,
  questions: questionCount,
  noise,
  labels = taskLabels(task),
}: GeneratorOptions): GeneratedSet {
  const random = createRandom(seed);
  const pick = <Value>(values: readonly Value[]) =>
    values[drawIndex(values.length, random)] as Value;
  const questions: GeneratedSet["questions"][number][] = [];
  const golds: { id: string; output: string }[] = [];
  const best: { id: string; output: string }[] = [];
  const rules = new Map<string, ReadonlyMap<string, string>>();

  for (let user = 1; user <= users; user++) {
    const userId = `user-${user}`;
    const order = shuffled(labels, random);
    const rule = new Map(
      features.map((feature, at) => [feature, order[at % order.length] ?? ""] as const),
    );
    rules.set(userId, rule);
    const draw = (day: number) => {
      const feature = pick(features);
      const planted = rule.get(feature) ?? "";
      const text = `Case ${day}: ${pick(people)} ${pick(places)} ${pick(actions)} the ${feature}.`;
      return { text, planted, label: random() < noise ? pick(labels) : planted };
    };
    const [textField, labelField] = fields[task];
    const profile = Array.from({ length: historyLength }, (_, place) => {
      const { text, label } = draw(place + 1);
      const date = new Date(Date.UTC(2020, 0, 1 + place)).toISOString().slice(0, 10);
      return { id: `${user}-${place + 1}`, date, [textField]: text, [labelField]: label };
    });
    for (let place = 1; place <= questionCount; place++) {
      const { text, planted, label } = draw(historyLength + place);
      const id = `${user}-q${place}`;
      questions.push({ id, user_id: userId, input: lampQuestion(task, text, labels), profile });
      golds.push({ id, output: label });
      best.push({ id, output: planted });
    }
  }
  return { questions, outputs: { task, golds }, rules, best };
}
