import type { Episode } from "../../domain/episode.js";
import { createTimeline } from "../../formats/import-timeline.js";
import { fileInvalid } from "../../formats/read-file.js";
import type { EvalCase } from "../eval-case.js";
import type { EvalSet, PrefEvalSet, PrefEvalUser } from "../sets/eval-set.js";
import { createRandom, seedFor, shuffled } from "../../system/seeded-random.js";
import { caseUser } from "./case-user.js";

/** The distances that are studied: unrelated interactions between a conversation and its question. */
export const distances: readonly number[] = [0, 10, 50, 200];
const mostUnrelated = Math.max(...distances);

/**
 * The cases of these questions. A case's history is the user's conversation, a thread of its own; what is unrelated are
 * conversations of other users on other topics, whole and in an order drawn with the seed, each a thread of its own.
 */
export function* prefEvalCases(
  set: PrefEvalSet,
  questionIds: ReadonlySet<string>,
): Generator<EvalCase> {
  for (const person of set.people) {
    const { user, question } = person;
    if (!questionIds.has(question.id)) continue;
    yield {
      set: set.name,
      task: set.task,
      user,
      id: user,
      labels: set.labels,
      history: episodesOf([person]),
      unrelated(count) {
        // In one time line with the history, so that all of it is later.
        const threads = [person, ...unrelatedTo(person, set, count)];
        const from = person.conversation.length;
        return episodesOf(threads).slice(from, from + count);
      },
      questions: [question],
    };
  }
}

function episodesOf(people: readonly PrefEvalUser[]): Episode[] {
  const toEpisode = createTimeline();
  return people.flatMap(({ user: name, conversation }) =>
    conversation.flatMap(({ user: query, assistant }, turn): Episode[] => {
      const item = { itemId: `${name}/${turn + 1}`, query, response: assistant, answer: null };
      const episode = toEpisode(caseUser, { ...item, at: null, coarse: false, task: null });
      return episode === null ? [] : [{ ...episode, threadId: name }];
    }),
  );
}

/** As many conversations as so many turns take, or all that there are. */
function unrelatedTo(
  person: PrefEvalUser,
  { name, people, seed }: PrefEvalSet,
  count: number,
): PrefEvalUser[] {
  const others = people.filter(({ topic }) => topic !== person.topic);
  let turns = 0;
  return shuffled(others, createRandom(seedFor(seed, "distance", name, person.user))).filter(
    ({ conversation }) => {
      const isNeeded = turns < count;
      turns += conversation.length;
      return isNeeded;
    },
  );
}

/** @throws {PersonaAgentError} `config-file-invalid` for a set without enough unrelated interactions for every distance. */
export function expectDistances(set: EvalSet): void {
  if (set.task !== "PrefEval")
    throw fileInvalid(
      `The study distance needs conversations, and ${set.name} is a set of ${set.task}; expected a file in PrefEval's format. Name one with --data.`,
    );
  const turnsOf = (people: readonly PrefEvalUser[]) =>
    people.reduce((sum, { conversation }) => sum + conversation.length, 0);
  for (const { topic } of set.people) {
    const turns = turnsOf(set.people.filter((other) => other.topic !== topic));
    if (turns < mostUnrelated)
      throw fileInvalid(
        `The study distance needs ${mostUnrelated} interactions on other topics than ${JSON.stringify(topic)}, and ${set.name} has ${turns}; expected as many. Use a larger file.`,
      );
  }
}
