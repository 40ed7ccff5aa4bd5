import { expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";
import { readCases } from "../../../src/eval/cases/open-cases.js";
import {
  casesOf,
  ratingRecord,
  review,
  reviews,
  setOf,
} from "../../support/evaluation/eval-case.js";
import { describeSharedData } from "../../support/evaluation/shared-data.js";

const shape = (cases: Awaited<ReturnType<typeof casesOf>>) =>
  cases.map(({ id, user, questions, history }) => [
    id,
    user,
    questions.map((question) => question.id),
    history.length,
  ]);

it("makes one case of a user's questions with the same history, wherever they are in the file", async () => {
  const set = setOf([
    ratingRecord("ada", "q1", { profile: reviews(3) }),
    ratingRecord("bo", "q2", { profile: reviews(2) }),
    ratingRecord("ada", "q3", { profile: reviews(3) }),
  ]);
  expect(shape(await casesOf(set))).toEqual([
    ["bo", "bo", ["q2"], 2],
    ["ada", "ada", ["q1", "q3"], 3],
  ]);
});

it("makes a case for each different history of a user's questions", async () => {
  const set = setOf([
    ratingRecord("ada", "q1", { profile: reviews(3) }),
    ratingRecord("ada", "q2", { profile: reviews(2) }),
    ratingRecord("ada", "q3", { profile: reviews(3) }),
  ]);
  expect(shape(await casesOf(set))).toEqual([
    ["ada/q1", "ada", ["q1", "q3"], 3],
    ["ada/q2", "ada", ["q2"], 2],
  ]);
});

it("yields a user's case as soon as the last of the user's selected questions was read", async () => {
  const read: string[] = [];
  const records = ["a", "b", "c"].map((user) => ratingRecord(user, user, { profile: reviews(1) }));
  const set = setOf(records);
  const watched = {
    ...set,
    async *read() {
      for (const record of records) {
        read.push(record.user);
        yield record;
      }
    },
  };
  for await (const { user } of readCases(watched, set.users)) expect(read.at(-1)).toBe(user);
  expect(read).toEqual(["a", "b", "c"]);
});

it("asks only the questions that were selected", async () => {
  const records = ["q1", "q2", "q3"].map((id) => ratingRecord("ada", id, { profile: reviews(1) }));
  const set = setOf(records);
  const users = [{ user: "ada", questionIds: ["q1", "q3"], historyLength: 1 }];
  const asked: string[] = [];
  for await (const { questions } of readCases(set, users))
    asked.push(...questions.map(({ id }) => id));
  expect(asked).toEqual(["q1", "q3"]);
});

it("sorts a history by time, undated items first in the file's order", async () => {
  const profile = [
    review(2),
    review(8, { at: null }),
    review(1),
    review(9, { at: null }),
    // A year holds several items, in the file's order.
    review(5, { at: "2021-01-01T00:00:00.000Z", coarse: true }),
    review(4, { at: "2021-01-01T00:00:00.000Z", coarse: true }),
  ];
  const [one] = await casesOf(setOf([ratingRecord("ada", "q1", { profile })]));
  expect(one?.history.map(({ query }) => Number(/Film (\d)/.exec(query)?.[1]))).toEqual([
    8, 9, 1, 2, 5, 4,
  ]);
  expect(one?.history.map(({ groundTruth: answer }) => answer)).toEqual(Array(6).fill("5"));
});

it("limits a history to its latest interactions", async () => {
  const set = setOf([ratingRecord("ada", "q1", { profile: reviews(30) })]);
  const [one] = await casesOf(set, 10);
  expect(one?.history.map(({ query }) => /Film (\d+)/.exec(query)?.[1])).toEqual(
    Array.from({ length: 10 }, (_, at) => `${at + 21}`),
  );
});

it("leaves out of a history what has no text, comes twice, or answers one of the case's questions", async () => {
  const question = ratingRecord("ada", "q1").question;
  const profile = [
    review(1),
    review(1),
    review(2, { text: " " }),
    review(3, { text: "UNSEEN Q1 shows a steam-engine" }),
    review(4, { text: "Unseen q2 shows a steam engine." }),
  ];
  const [one] = await casesOf(setOf([ratingRecord("ada", "q1", { question, profile })]));
  expect(one?.history.map(({ query }) => query)).toEqual([
    lampQuestion("LaMP_3", "Film 1 has locomotive number 1."),
    lampQuestion("LaMP_3", "Unseen q2 shows a steam engine."),
  ]);
});

describeSharedData((pathOf) => {
  it.each([
    ["rating-critics", 50, 400, 0],
    ["lamp2n-real", 117, 117, 91],
    ["citation-aan", 50, 393, 0],
  ])("%s has so many cases and questions", async (name, cases, questions, ofSplitUsers) => {
    const set = await openEvalSet(pathOf(name));
    const found = await casesOf(set);
    expect(found).toHaveLength(cases);
    expect(found.flatMap((one) => one.questions)).toHaveLength(questions);
    expect(found.filter(({ id, user }) => id !== user)).toHaveLength(ofSplitUsers);
    for (const { history } of found) {
      expect(history.length).toBeGreaterThan(0);
      expect(history.map(({ id }) => id)).toEqual(history.map(({ id }) => id).toSorted());
    }
  });
});
