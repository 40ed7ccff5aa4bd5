import type { Operation, OperationResults } from "@langchain/langgraph-checkpoint";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { createStoreReflection } from "../../src/nodes/reflection/store-reflection.js";
import { reflectionState } from "../../src/state/reflection-state.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import { AlignmentModel } from "../support/models/alignment-model.js";

/** A store that goes away at the nth write from now on, as a process that is killed writes no more. */
class DyingStore extends InMemoryStore {
  writesLeft = Number.POSITIVE_INFINITY;
  override async batch<Op extends readonly Operation[]>(
    operations: Op,
  ): Promise<OperationResults<Op>> {
    const isWrite = operations.some((operation) => "value" in operation);
    if (isWrite && (this.writesLeft -= 1) < 0) throw new Error("The process was killed.");
    return super.batch(operations);
  }
}

/** Two turns, and what one reflection that survives its `writes`th write leaves, or all of it. */
async function reflected(writes?: number) {
  const store = new DyingStore();
  const model = new AlignmentModel({
    simulation: () => "coffee",
    reflection: () => ({
      revisedStatements: [{ text: "Drinks tea.", keeps: [], replaces: [], items: [1] }],
      reactions: [
        {
          item: 1,
          shownBy: 2,
          kind: "corrected",
          words: "No, tea.",
          trueAnswer: "tea",
          confidence: 0.9,
        },
      ],
    }),
  });
  const agent = agentUnderTest(model, { store });
  for (const text of ["What shall I drink?", "No, tea."]) {
    // The same ids in each run.
    await agent.graph.invoke(
      { messages: [{ type: "human", id: text, content: text } as never] },
      { context: { userId: "ada" }, configurable: { thread_id: "first" } },
    );
    agent.clock.advanceDays(0.001);
  }
  if (writes !== undefined) {
    store.writesLeft = writes;
    await expect(agent.reflect("ada")).rejects.toThrow("The process was killed.");
    store.writesLeft = Number.POSITIVE_INFINITY;
  }
  await agent.reflect("ada");
  const { at: _, callsOnDay, ...status } = await agent.memory.reflections.get("ada");
  const profile = await agent.memory.profiles.current("ada");
  return {
    callsOnDay,
    left: {
      episodes: await agent.memory.episodes.list("ada"),
      statements: profile?.statements,
      lastEpisodeId: profile?.lastEpisodeId,
      status,
    },
  };
}

it("leaves the same when a reflection was killed at any of its writes and is repeated", async () => {
  const { left, callsOnDay } = await reflected();
  expect(callsOnDay).toBe(1);
  expect(left.episodes[1]).toMatchObject({ groundTruth: "tea" });
  // That it began; the feedback, with its index; the profile; that the turns are read.
  for (const writes of [0, 1, 2, 3, 4]) {
    const repeated = await reflected(writes);
    expect(repeated.left, `killed after ${writes} writes`).toEqual(left);
    expect(repeated.callsOnDay).toBe(writes === 0 ? 1 : 2);
  }
});

it("appends one version of the profile when the last step is repeated", async () => {
  const { memory, ask, clock } = agentUnderTest(new AlignmentModel({ simulation: () => "coffee" }));
  const { episodeId } = await ask("ada", "I have a cat.", { threadId: "first" });
  const store = createStoreReflection(memory);
  const lastReadId = episodeId ?? "";
  const profile = {
    at: clock.now().toISOString(),
    statements: [{ text: "Has a cat.", evidence: [lastReadId], replaces: [] }],
    lastEpisodeId: lastReadId,
    episodeCount: 1,
    model: "offline",
  };
  const state = reflectionState.parse({
    proposal: { profile, reactions: [], baseId: null, lastReadId },
  });
  const runtime = { context: { userId: "ada" } } as never;
  const once = await store(state, runtime);
  expect(await store(state, runtime)).toEqual(once);
  expect(await memory.profiles.history("ada")).toEqual([once.profile]);
  expect(await memory.reflections.get("ada")).toMatchObject({ lastReadId });
});

it("stores no feedback from a message whose deletion has begun", async () => {
  const { memory, ask, clock } = agentUnderTest(new AlignmentModel({ simulation: () => "coffee" }));
  const ids: string[] = [];
  for (const text of ["What shall I drink?", "No, tea."]) {
    ids.push((await ask("ada", text, { threadId: "first" })).episodeId ?? "");
    clock.advanceDays(0.001);
  }
  const [episodeId = "", shownBy = ""] = ids;
  const reaction = {
    episodeId,
    shownBy,
    kind: "answer",
    groundTruth: "tea",
    reason: null,
    at: clock.now().toISOString(),
    confidence: 0.9,
  };
  const state = reflectionState.parse({
    proposal: { profile: null, reactions: [reaction], baseId: null, lastReadId: shownBy },
  });
  const store = createStoreReflection(memory);
  const runtime = { context: { userId: "ada" } } as never;
  const [, stored] = await Promise.all([
    memory.episodes.delete("ada", shownBy),
    store(state, runtime),
  ]);
  expect(stored.reactions).toEqual([]);
  expect(await memory.episodes.get("ada", episodeId)).toMatchObject({
    groundTruth: null,
    feedback: null,
  });
});
