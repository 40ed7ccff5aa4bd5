import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLocomo } from "../../../src/eval/recall/locomo.js";
import { measureRecall } from "../../../src/eval/recall/measure-recall.js";
import type { RecallCase, RecallSet } from "../../../src/eval/recall/recall-case.js";
import { scoreRanking } from "../../../src/eval/recall/recall-scores.js";
import { OfflineEmbeddings } from "../../../src/model/offline/offline-embeddings.js";
import { describeSharedData } from "../../support/evaluation/shared-data.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "eval-recall-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(content: unknown, name = "talk.json") {
  const path = join(folder, name);
  const json = JSON.stringify(content);
  await writeFile(path, name.endsWith(".gz") ? gzipSync(json) : json);
  return path;
}

async function casesOf(set: RecallSet) {
  const cases: RecallCase[] = [];
  for await (const each of set.read()) cases.push(each);
  return cases;
}

const conversation = {
  session_1_date_time: "1:56 pm on 8 May, 2023",
  session_1: [
    { speaker: "Bo", dia_id: "D1:1", text: "Which instrument do you play?" },
    { speaker: "Anna", dia_id: "D1:2", text: "The cello.", blip_caption: "a cello on a chair" },
  ],
  session_2_date_time: "12:05 am on 1 June, 2023",
  session_2: [{ speaker: "Bo", dia_id: "D2:1", text: "I bought a drum." }],
};
const qa = [
  { question: "What does Anna play?", answer: "cello", category: 4, evidence: ["D1:2"] },
  { question: "When did Bo buy a drum?", answer: 2023, category: 2, evidence: ["D2:1; D1:1"] },
  { question: "Who?", category: 5, evidence: ["D1:1"] },
  { question: "Where?", category: 1, evidence: ["D7:9", "D"] },
];

describe("recall and NDCG of a ranking", () => {
  it("are the share of what is relevant, and its gain beside the best order's", () => {
    const ranking = ["a", "x", "b", "y", "z", "c"];
    const { recall, ndcg } = scoreRanking(ranking, new Set(["a", "b", "c", "d"]), "evidence");
    expect(recall).toEqual({ 4: 0.5, 8: 0.75, 16: 0.75, 32: 0.75 });
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2 + 1 / Math.log2(5);
    expect(ndcg[4]).toBeCloseTo((1 + 1 / 2) / ideal, 12);
    expect(ndcg[8]).toBeCloseTo((1 + 1 / 2 + 1 / Math.log2(7)) / ideal, 12);
  });

  it("of labels are whether one of them is there", () => {
    const relevant = new Set(["e", "f"]);
    const { recall } = scoreRanking(["a", "b", "c", "d", "e"], relevant, "label");
    expect(recall).toEqual({ 4: 0, 8: 1, 16: 1, 32: 1 });
  });
});

describe("a file in LoCoMo's format", () => {
  it.each(["talk.json", "talk.json.gz"])("is read as episodes and questions (%s)", async (name) => {
    const set = await openLocomo(await write([{ sample_id: "c1", conversation, qa }], name));
    expect(set).toMatchObject({ name: "talk", measure: "evidence" });
    const [only, ...others] = await casesOf(set);
    expect(others).toEqual([]);
    expect(only?.history.map(({ query, at, threadId }) => [query, at, threadId])).toEqual([
      ["Bo: Which instrument do you play?", "2023-05-08T13:56:00.000Z", "c1/1"],
      ["Anna: The cello. [shares a photo: a cello on a chair]", "2023-05-08T13:56:01.000Z", "c1/1"],
      ["Bo: I bought a drum.", "2023-06-01T00:05:00.000Z", "c1/2"],
    ]);
    const ids = only?.history.map(({ id }) => id) ?? [];
    // Without an answer, or without a turn that holds it, nothing can be recalled.
    expect(only?.questions).toEqual([
      { text: "What does Anna play?", kind: "one hop", relevant: new Set([ids[1]]) },
      { text: "When did Bo buy a drum?", kind: "time", relevant: new Set([ids[2], ids[0]]) },
    ]);
  });

  it.each([
    ["{}", {}],
    ["no conversation", [{ qa }]],
    ["no session", [{ conversation: {}, qa }]],
    ["a turn without a text", [{ conversation: { ...conversation, session_2: [{}] }, qa }]],
    ["no time", [{ conversation: { session_1: conversation.session_1 }, qa }]],
  ])("is refused with %s", async (_what, content) => {
    await expect(write(content).then(openLocomo)).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("talk.json"),
    });
  });
});

describe("measuring recall", () => {
  it("scores memory beside words alone and vectors alone, by kind, with one embedding request", async () => {
    const set = await openLocomo(await write([{ conversation, qa }]));
    const result = await measureRecall(set, { embeddings: new OfflineEmbeddings() });
    expect(result).toMatchObject({ set: "talk", histories: 1, episodes: 3, questions: 2 });
    expect(result.scores.map(({ method, kind, questions }) => [method, kind, questions])).toEqual([
      ["memory", null, 2],
      ["bm25", null, 2],
      ["vectors", null, 2],
      ...["one hop", "time"].flatMap((kind) =>
        ["memory", "bm25", "vectors"].map((method) => [method, kind, 1]),
      ),
    ]);
    expect(result.scores[0]?.recall[4]).toBe(1);
    expect(result.search?.embeddingRequests).toBe(1);
  });
});

describeSharedData((pathOf) => {
  it("finds the evidence of long conversations, and far more of it than words alone", async () => {
    const set = await openLocomo(pathOf("other/locomo.json.gz"));
    const result = await measureRecall(set, { embeddings: new OfflineEmbeddings() });
    expect(result.questions).toBe(786);
    const recallOf = (method: string) =>
      result.scores.find((each) => each.method === method && each.kind === null)?.recall;
    const [memory, words] = [recallOf("memory"), recallOf("bm25")];
    for (const [depth, least] of [
      [4, 0.63],
      [8, 0.72],
      [16, 0.79],
    ] as const) {
      expect(memory?.[depth]).toBeGreaterThan(least);
      expect(memory?.[depth]).toBeGreaterThan(1.35 * (words?.[depth] ?? 1));
    }
  }, 120_000);
});
