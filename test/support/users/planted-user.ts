import { createRandom } from "../../../src/system/seeded-random.js";
import { lampQuestion, parseQuestion } from "../../../src/domain/lamp-question.js";

/** What a planted update may propose, by what stating it truly does to the answers. */
export const ruleKinds = ["right", "harmful", "useless"] as const;
export type RuleKind = (typeof ruleKinds)[number];

/** Films with this phrase in their description are tagged so. */
export interface PlantedRule {
  readonly phrase: string;
  readonly tag: string;
}

/** What stating each rule is worth, in points of accuracy: whole numbers, from -25 to 28. */
export type PlantedEffects = Readonly<Record<RuleKind, number>>;
export const standardEffects: PlantedEffects = { right: 20, useless: 0, harmful: -20 };

/** Of the `right` rule the user holds; the others only look like theirs. */
export interface PlantedUser {
  readonly id: string;
  readonly number: number;
  readonly effects: PlantedEffects;
  readonly rules: Readonly<Record<RuleKind, PlantedRule>>;
}

/** A question of the user, and what they answer to it. */
export interface PlantedItem {
  readonly query: string;
  readonly answer: string;
}

/** Of 100 answers that a rule changes, how many it betters and spoils whatever it is worth. */
const churn = 3;

/**
 * What a user's questions are made of, in points of 100, drawn one by one. An item `under` a rule has its phrase, and the
 * tag that the film is plainly called is another than the rule's; `user` is what the user says of it.
 *
 * Of all items 60 are answered right as they are called. Stating a rule changes the answer to its items alone. With the
 * standard effects the right rule betters 23 and spoils 3, the harmful one the other way round, the useless one betters 3
 * and spoils 3. So they are worth +20, -20 and 0 points, at a churn of 3 %, as the operating curve has it.
 */
function mixtureOf(effects: PlantedEffects): readonly {
  readonly points: number;
  readonly under: RuleKind | null;
  readonly user: "follows the rule" | "calls it so" | "says another tag";
}[] {
  const bettered = (kind: RuleKind) => churn + Math.max(effects[kind], 0);
  const spoiled = (kind: RuleKind) => churn + Math.max(-effects[kind], 0);
  const all = (points: (kind: RuleKind) => number) =>
    ruleKinds.reduce((sum, kind) => sum + points(kind), 0);
  return [
    ...ruleKinds.flatMap((under) => [
      { points: bettered(under), under, user: "follows the rule" } as const,
      { points: spoiled(under), under, user: "calls it so" } as const,
    ]),
    { points: 60 - all(spoiled), under: null, user: "calls it so" },
    { points: 40 - all(bettered), under: null, user: "says another tag" },
  ];
}

export const tags = parseQuestion(lampQuestion("LaMP_2M", "")).options ?? [];
const settings = [
  "in a harbour town",
  "on a night train",
  "at a boarding school",
  "in a mountain village",
  "on a space station",
  "at a royal court",
  "in a newspaper office",
  "on a desert road",
].map((place) => `set ${place}`);
const adjectives = "brass torn red silver broken painted wooden forgotten tiny frozen".split(" ");
const nouns = "lantern map kite violin mirror letter clock ladder coin umbrella".split(" ");
/** One for each film of a user, so that what is learned of one film says nothing of another. */
const details = adjectives.flatMap((adjective) =>
  nouns.map((noun) => `with a ${adjective} ${noun}`),
);

/** Most items of one user. */
export const mostItems = details.length;

/** The same user for the same seed and number. */
export function drawUser(
  seed: number,
  number: number,
  effects: PlantedEffects = standardEffects,
): PlantedUser {
  const random = seeded(seed, number, "user");
  const phrases = shuffled(settings, random);
  const ruleTags = shuffled(tags, random);
  const rule = (place: number): PlantedRule => ({
    phrase: phrases[place] ?? "",
    tag: ruleTags[place] ?? "",
  });
  const rules = { right: rule(0), useless: rule(1), harmful: rule(2) };
  return { id: `planted-${number}`, number, effects, rules };
}

/** The user's first questions, at most `mostItems`, with their true answers. */
export function drawItems(user: PlantedUser, seed: number, count: number): PlantedItem[] {
  if (count > mostItems) throw new RangeError(`A planted user has ${mostItems} items at most.`);
  const random = seeded(seed, user.number, "items");
  const used = Object.values(user.rules).map(({ phrase }) => phrase);
  const elsewhere = settings.filter((phrase) => !used.includes(phrase));
  const ownDetails = shuffled(details, random);
  return Array.from({ length: count }, (_, place) => {
    const { under, user: says } = drawKind(user.effects, random);
    const rule = under === null ? null : user.rules[under];
    const called = pick(
      tags.filter((tag) => tag !== rule?.tag),
      random,
    );
    const other = pick(
      tags.filter((tag) => tag !== called),
      random,
    );
    const answer = {
      "follows the rule": rule?.tag ?? "",
      "calls it so": called,
      "says another tag": other,
    };
    const where = rule?.phrase ?? pick(elsewhere, random);
    return {
      query: lampQuestion(
        "LaMP_2M",
        `Reel ${user.number}-${place}: called "${called}" by its makers, ${where}, ${ownDetails[place] ?? ""}.`,
      ),
      answer: answer[says],
    };
  });
}

/** The items with answers that say nothing of the user: any tag, as likely as any other. */
export function withRandomAnswers(
  items: readonly PlantedItem[],
  user: PlantedUser,
  seed: number,
): PlantedItem[] {
  const random = seeded(seed, user.number, "random answers");
  return items.map(({ query }) => ({ query, answer: pick(tags, random) }));
}

/** Random numbers that hang on these parts alone. */
export function seeded(...parts: readonly (string | number)[]): () => number {
  let hash = 0x811c9dc5;
  for (const char of parts.join(" "))
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return createRandom(hash);
}

function drawKind(effects: PlantedEffects, random: () => number) {
  let left = random() * 100;
  const drawn = mixtureOf(effects).find(({ points }) => (left -= points) < 0);
  if (drawn === undefined) throw new RangeError("The mixture does not add up to 100.");
  return drawn;
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T;
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
