import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { createMemory } from "../../src/memory/memory.js";
import { alignmentUnderTest, drink, goodLine } from "../support/agents/alignment-under-test.js";
import type { AskedOfModel } from "../support/models/alignment-model.js";

/** An item of the batch that only it says: the only answer that the parent gets right, of which the batch has one. */
const secret = drink(15, { query: "What do I drink on occasion 15, with Zanzibar?" });
const episodes = [...Array.from({ length: 15 }, (_, n) => drink(n)), secret];
const simulation = ({ system, question }: AskedOfModel) =>
  system.includes(goodLine) || question === secret.query ? "tea" : "coffee";

it("a deletion stops the run, which begins anew without what was deleted", async () => {
  const user = await alignmentUnderTest({
    episodes,
    replies: {
      simulation,
      critique: () => {
        if (forgetting === undefined) {
          user.clock.advanceDays(1);
          forgetting = user.memory.episodes.delete("ada", secret.id);
        }
        return {};
      },
    },
  });
  let forgetting: Promise<unknown> | undefined;
  await expect(user.run()).rejects.toMatchObject({
    code: "memory-alignment-outdated",
    message: expect.stringContaining("An interaction was deleted"),
  });
  await forgetting;
  expect(await user.status()).toMatchObject({ status: "running", runOwner: null });
  user.clock.advanceDays(1);
  const before = user.model.asked.length;
  const { iterations } = await user.run();
  expect(iterations).toMatchObject([{ accepted: true }, {}]);
  const later = user.model.asked.slice(before);
  expect(later.length).toBeGreaterThan(20);
  expect(JSON.stringify(later.map(({ messages }) => messages))).not.toContain("Zanzibar");
});

it("nothing is taken from a run during which another process deleted something", async () => {
  const user = await alignmentUnderTest({
    episodes,
    replies: {
      simulation,
      critique: () => ({ wrong: "Zanzibar was left out." }),
      update: async ({ thread }) => {
        expect(thread).toContain(secret.query);
        user.clock.advanceDays(1);
        await elsewhere.episodes.delete("ada", secret.id);
        return { lines: [goodLine] };
      },
    },
  });
  const { store, index, embeddings, clock } = user;
  const elsewhere = createMemory({ store, index, embeddings, now: clock.now });
  const { iterations, head } = await user.run();
  expect(iterations).toMatchObject([
    {
      accepted: false,
      reason: "Not taken: an interaction was deleted or corrected while the run was in progress.",
    },
  ]);
  expect(head).toMatchObject({ version: 0, lines: [] });
  const [checkpoint] = await user.checkpoints();
  expect(checkpoint).toMatchObject({
    status: "rejected",
    lines: [],
    alignment: { critiques: [], rejections: [], usage: { calls: expect.any(Number) } },
  });
  expect(checkpoint?.alignment?.scores.batch.length).toBeGreaterThan(0);
  expect(JSON.stringify(await store.search([], { limit: 1_000 }))).not.toContain("Zanzibar");
});

it("a deletion while a candidate waits for review makes a new alignment due, and has it requested", async () => {
  const requested: string[] = [];
  const user = await alignmentUnderTest({
    episodes,
    replies: { simulation },
    checkpointer: new MemorySaver(),
    requestAlignment: async (userId) => void requested.push(userId),
  });
  await user.run({ review: true });
  expect(await user.overview()).toMatchObject({ status: "review", due: false });
  user.clock.advanceDays(1);
  await user.memory.episodes.delete("ada", secret.id);
  expect(await user.overview()).toMatchObject({ status: "cut-off", due: true });
  await user.ask("ada", "What do I drink on occasion 3?");
  expect(requested).toEqual(["ada"]);
  user.clock.advanceDays(1);
  const { review } = await user.run({ review: true });
  expect(review).not.toBeNull();
});

it("a candidate that waits for review is dropped when something it was written from is deleted", async () => {
  const user = await alignmentUnderTest({
    episodes,
    replies: { simulation },
    checkpointer: new MemorySaver(),
  });
  const { review } = await user.run({ review: true });
  expect(review?.items.map(({ question }) => question)).toContain(secret.query);
  user.clock.advanceDays(1);
  await user.memory.episodes.delete("ada", secret.id);
  expect(await user.pendingReview("ada")).toBeNull();
  await expect(user.review("ada", { decision: "approve" })).rejects.toMatchObject({
    code: "config-review-none",
  });
  user.clock.advanceDays(1);
  const { iterations } = await user.run();
  expect(iterations.length).toBeGreaterThan(0);
  expect(JSON.stringify(await user.log())).not.toContain("Zanzibar");
});
