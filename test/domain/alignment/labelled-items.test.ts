import { describe, expect, it } from "vitest";
import {
  type AlignmentItem,
  alignmentItemSchema,
  restsOnItemAlone,
} from "../../../src/domain/alignment/alignment-item.js";
import type { Episode } from "../../../src/domain/episode.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { labelledItems } from "../../../src/domain/alignment/labelled-items.js";
import { turnAt, undatedItem } from "../../support/users/episodes.js";

const answered = (n: number, query: string, answer: string, change: Partial<Episode> = {}) =>
  turnAt(n, query, { groundTruth: answer, ...change });
const distinct = (count: number) =>
  Array.from({ length: count }, (_, n) => answered(n, `question ${n}`, `answer ${n}`));
const queries = (items: readonly AlignmentItem[]) => items.map(({ query }) => query);
/** The items of a short history, all of them. */
const itemsOf = (...episodes: readonly Episode[]) => labelledItems(episodes, 50);

describe("labelledItems", () => {
  it("takes the latest true answers, oldest first", () => {
    const unanswered = turnAt(100, "no answer yet");
    expect(queries(labelledItems([...distinct(12), unanswered], 3))).toEqual([
      "question 9",
      "question 10",
      "question 11",
    ]);
  });

  it("goes by ids, for any order of the history", () => {
    const history = [
      undatedItem(0, "first", "1"),
      undatedItem(1, "second", "2"),
      ...["a", "b", "c"].map((letter) => answered(5, letter, letter)),
    ];
    const items = labelledItems(history, 5);
    expect(queries(items).slice(0, 2)).toEqual(["first", "second"]);
    const ids = items.map(({ episodeId }) => episodeId);
    expect(ids).toEqual(ids.toSorted());
    expect(labelledItems(history.toReversed(), 5)).toEqual(items);
  });

  it("takes only the latest of duplicates, and fills up with others", () => {
    const history = [
      answered(1, "Tea?", "green"),
      answered(2, "Cake?", "plum"),
      answered(3, "tea", "Green."),
      answered(4, "Bread?", "rye"),
    ];
    expect(queries(labelledItems(history, 4))).toEqual(["Cake?", "tea", "Bread?"]);
  });

  it("skips blank questions and answers", () => {
    expect(itemsOf(answered(1, "Tea?", " "), answered(2, " ", "green"))).toEqual([]);
  });

  it("gives items that fit their schema", () => {
    for (const item of itemsOf(...distinct(9), undatedItem(0, "Tea?", "green")))
      expect(alignmentItemSchema.parse(item)).toEqual(item);
  });
});

describe("a duplicate", () => {
  const duplicatesOf = (item: Episode, other: Episode) =>
    itemsOf(item, other).find(({ episodeId }) => episodeId === item.id)?.duplicates ?? "not taken";
  const film = "A thief steals dreams.";

  it.each([
    [
      "letters' case and punctuation",
      ["Which TEA, today?!", "green tea"],
      ["which tea today", "Green-Tea."],
    ],
    ["compatibility forms", ["Ｗhich ﬁlm?", "①"], ["Which film?", "1"]],
    [
      "the wording around a LaMP question",
      [lampQuestion("LaMP_2M", film), "classic"],
      [film, "Classic"],
    ],
    [
      "the labels of a LaMP question",
      [lampQuestion("LaMP_2M", film, ["a", "b"]), "b"],
      [lampQuestion("LaMP_2M", film, ["b", "a"]), "b"],
    ],
    ["spaces in texts without words", ["🍵 ?", "👍"], ["🍵?", "👍 "]],
  ] as const)("may differ in %s", (_, [query, answer], [otherQuery, otherAnswer]) => {
    const item = answered(2, query, answer);
    for (const n of [1, 3]) {
      const other = turnAt(n, otherQuery, { groundTruth: null, response: otherAnswer });
      expect(duplicatesOf(item, other)).toEqual([other.id]);
    }
  });

  it.each([
    ["another answer", answered(1, "Tea?", "black")],
    ["another question", answered(1, "Coffee?", "green")],
    [
      "the answer as a response that the user corrected",
      answered(1, "Tea?", "black", { response: "green" }),
    ],
    ["no answer at all", turnAt(1, "Tea?", { response: null })],
  ])("is not what has %s", (_, other) => {
    expect(duplicatesOf(answered(2, "Tea?", "green"), other)).toEqual([]);
  });

  it.each([
    ["🍵", "☕"],
    ["कि", "की"],
    ["茶", "酒"],
  ])("is not what asks %s and %s", (query, other) => {
    expect(duplicatesOf(answered(2, query, "yes"), answered(1, other, "yes"))).toEqual([]);
  });
});

describe("the earlier turns of an item", () => {
  it("are the latest six of its thread before it, oldest first, with their responses of that time", () => {
    const history = Array.from({ length: 9 }, (_, n) =>
      turnAt(n, `turn ${n}`, { groundTruth: `answer ${n}`, threadId: "t" }),
    );
    const elsewhere = turnAt(5, "elsewhere", { threadId: "u" });
    const item = itemsOf(elsewhere, ...history).find(({ query }) => query === "turn 7");
    expect(item?.earlier).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => ({
        episodeId: history[n]?.id,
        query: `turn ${n}`,
        response: `response ${n}`,
      })),
    );
  });

  it("have no duplicate of it, and none without a response", () => {
    const [item] = itemsOf(
      turnAt(1, "Tea?", { response: "Green." }),
      turnAt(2, "And now?", { response: null }),
      answered(3, "tea", "green", { response: "Black." }),
    );
    expect(item?.earlier).toEqual([]);
  });

  it("are none for an episode without a thread", () => {
    const threadId = null;
    const [item] = itemsOf(turnAt(1, "One", { threadId }), answered(2, "Two", "2", { threadId }));
    expect(item?.earlier).toEqual([]);
  });
});

describe("an item", () => {
  it("has what the user wrote next in the thread, with the response that it followed", () => {
    const [item, last] = itemsOf(
      answered(1, "What shall I drink?", "Tea.", { response: "Beer." }),
      turnAt(2, "Elsewhere", { threadId: "u" }),
      answered(3, "No, something hot!", "Hot tea.", { response: "Tea?" }),
    );
    expect(item?.reaction).toEqual({ response: "Beer.", said: "No, something hot!" });
    expect(last?.reaction).toBeNull();
    const threadId = null;
    const [alone] = itemsOf(answered(1, "One", "1", { threadId }), turnAt(2, "Two", { threadId }));
    expect(alone?.reaction).toBeNull();
  });

  it("has the messages that its answer was inferred from among its duplicates, also of a duplicate", () => {
    const curry = (n: number, message: Episode) =>
      answered(n, "Suggest a dinner.", "vegan curry", {
        feedback: {
          kind: "answer",
          author: "ada",
          at: message.at ?? "",
          reason: null,
          inferred: { episodeId: message.id, confidence: 0.9 },
        },
      });
    const [first, second] = [turnAt(2, "No, vegan curry."), turnAt(4, "Vegan curry again!")];
    const before = curry(1, first);
    const [item] = itemsOf(before, first, curry(3, second), second);
    expect(item?.duplicates).toEqual([before.id, first.id, second.id]);
    expect(item?.earlier).toEqual([]);
    expect(item && restsOnItemAlone(item, [first.id, second.id])).toBe(true);
  });

  it("has of a conversation in which each message reacts to the last only its own message", () => {
    const turns = [1, 2, 3, 4].map((n) => turnAt(n, `No, tea. And at stop ${n}?`));
    const inferred = turns.map((turn, n) => {
      const message = turns[n + 1];
      if (message === undefined) return turn;
      const from = { episodeId: message.id, confidence: 0.9 };
      const at = message.at ?? "";
      const feedback = { kind: "answer", author: "ada", at, reason: null, inferred: from } as const;
      return { ...turn, groundTruth: "tea", feedback };
    });
    expect(itemsOf(...inferred).map(({ duplicates }) => duplicates)).toEqual(
      turns.slice(1).map(({ id }) => [id]),
    );
  });

  it("has the benchmark's task that its record or its wording names", () => {
    const [recorded, worded, own] = itemsOf(
      answered(1, "Write a headline.", "Rain", { task: "LaMP_4" }),
      answered(2, lampQuestion("LaMP_3", "Good."), "4"),
      answered(3, "What shall I cook?", "Soup."),
    );
    expect([recorded?.task, worded?.task, own?.task]).toEqual(["LaMP_4", "LaMP_3", null]);
  });
});

describe("restsOnItemAlone", () => {
  const item = { episodeId: "a", duplicates: ["b", "c"] };
  it("is true for any of the item and its duplicates, and false with other evidence", () => {
    for (const evidence of [["a"], ["b"], ["a", "c", "b"]])
      expect(restsOnItemAlone(item, evidence)).toBe(true);
    for (const evidence of [["a", "d"], ["d"]])
      expect(restsOnItemAlone(item, evidence)).toBe(false);
  });
});
