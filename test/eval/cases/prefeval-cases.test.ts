import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCaseMemory } from "../../../src/eval/cases/case-memory.js";
import { caseHistory } from "../../../src/eval/cases/case-history.js";
import { caseUser } from "../../../src/eval/cases/case-user.js";
import { readCases } from "../../../src/eval/cases/open-cases.js";
import { expectDistances } from "../../../src/eval/cases/prefeval-cases.js";
import type { EvalCase } from "../../../src/eval/eval-case.js";
import { openPrefEval } from "../../../src/eval/sets/prefeval.js";
import { CountingEmbeddings } from "../../support/models/counting-embeddings.js";
import { ratingRecord, setOf } from "../../support/evaluation/eval-case.js";
import {
  preferenceLines,
  prefEvalCasesOf,
  writePrefEval,
} from "../../support/evaluation/prefeval.js";

let folder: string;
let path: string;
let cases: ReadonlyMap<string, EvalCase>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefeval-cases-"));
  path = await writePrefEval(folder, preferenceLines(84, 5));
  cases = await prefEvalCasesOf(path);
});
afterAll(() => rm(folder, { recursive: true }));

function caseOf(user: string, among = cases): EvalCase {
  const found = among.get(user);
  if (found === undefined) throw new Error(`There is no case ${user}.`);
  return found;
}
const idsOf = (episodes: EvalCase["history"]) => episodes.map(({ id }) => id);
const unrelatedTo = ({ unrelated }: EvalCase, count = 200) => unrelated?.(count) ?? [];
const threadsOf = (one: EvalCase) => [...new Set(unrelatedTo(one).map(({ threadId }) => threadId))];

describe("a user of PrefEval", () => {
  it("has the conversation as a history: an earlier thread, without true answers", () => {
    const { history, questions, labels, id } = caseOf("food-2");
    expect({ id, labels }).toEqual({ id: "food-2", labels: ["[1]", "[2]", "[3]", "[4]"] });
    expect(questions).toHaveLength(1);
    expect(history.map(({ query }) => query)).toEqual([
      "Part 1 of talk 2: my neighbour plays the tuba.",
      "By the way, talk 2, I never eat anything with fins.",
      ...[3, 4, 5].map((at) => `Part ${at} of talk 2: my neighbour plays the tuba.`),
    ]);
    expect(history[1]?.response).toBe("Noted in talk 2.");
    for (const { threadId, groundTruth, task } of history)
      expect({ threadId, groundTruth, task }).toEqual({
        threadId: "food-2",
        groundTruth: null,
        task: null,
      });
  });

  it("is read only with a question that is asked", async () => {
    const set = await openPrefEval(path, 1);
    const asked: string[] = [];
    for await (const { id } of readCases(set, set.users.slice(3, 5))) asked.push(id);
    expect(asked).toEqual(["travel-3", "food-4"]);
  });
});

describe("what is unrelated", () => {
  it("comes from 200 turns of other users' whole conversations on other topics, each a thread", () => {
    for (const user of ["food-2", "travel-5"]) {
      const one = caseOf(user);
      expect(unrelatedTo(one)).toHaveLength(200);
      expect(threadsOf(one)).toHaveLength(40);
      const own = user.split("-")[0] ?? "";
      expect(threadsOf(one).filter((thread) => thread?.startsWith(own))).toEqual([]);
    }
  });

  it("is later than the history, in order, and more of it begins with less of it", () => {
    const one = caseOf("food-2");
    expect(unrelatedTo(one, 0)).toEqual([]);
    expect(unrelatedTo(one, 12)).toEqual(unrelatedTo(one).slice(0, 12));
    const ids = idsOf([...one.history, ...unrelatedTo(one)]);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(205);
  });

  it("is drawn with the seed, for each user anew", async () => {
    const [again, other] = await Promise.all([prefEvalCasesOf(path), prefEvalCasesOf(path, 2)]);
    const threads = threadsOf(caseOf("food-2"));
    expect(threadsOf(caseOf("food-2", again))).toEqual(threads);
    expect(threadsOf(caseOf("food-2", other))).not.toEqual(threads);
    expect(threadsOf(caseOf("food-4"))).not.toEqual(threads);
  });
});

describe("a case's memory at a distance", () => {
  it("holds the history and the first unrelated interactions, cut by a cold start afterwards", () => {
    const one = caseOf("food-2");
    const { history } = one;
    const unrelated = unrelatedTo(one);
    expect(caseHistory(one, {})).toEqual(history);
    expect(caseHistory(one, { distance: 10 })).toEqual([...history, ...unrelated.slice(0, 10)]);
    expect(caseHistory(one, { distance: 10, historyLimit: 3 })).toEqual(unrelated.slice(7, 10));
  });

  it("is one for each distance, shared by all methods", async () => {
    const one = caseOf("food-2");
    const deps = { embeddings: new CountingEmbeddings() };
    const open = (distance?: number) =>
      openCaseMemory(one, distance === undefined ? {} : { distance }, deps);
    const [near, far] = await Promise.all([open(), open(50)]);
    const { requests } = deps.embeddings;
    expect([near.history.length, far.history.length]).toEqual([5, 55]);
    expect(await open(50)).toBe(far);
    expect(deps.embeddings.requests).toBe(requests);
    const found = await far.episodes.similar(caseUser, "Do I eat anything with fins?", 1);
    expect(found.recalled[0]?.episode.query).toContain("anything with fins");
  });
});

describe("expectDistances", () => {
  it("takes a file with 200 turns on other topics for every user", async () => {
    expect(expectDistances(await openPrefEval(path, 1))).toBeUndefined();
  });

  it("refuses a smaller file, and a set in LaMP's form, in one line", async () => {
    const small = await writePrefEval(folder, preferenceLines(8), "small.jsonl");
    const set = await openPrefEval(small, 1);
    expect(() => expectDistances(set)).toThrow(
      'The study distance needs 200 interactions on other topics than "food", and small has 12; expected as many. Use a larger file.',
    );
    expect(() => expectDistances(setOf([ratingRecord("ada", "q1")]))).toThrow(
      "The study distance needs conversations, and films is a set of LaMP_3; expected a file in PrefEval's format. Name one with --data.",
    );
  });
});
