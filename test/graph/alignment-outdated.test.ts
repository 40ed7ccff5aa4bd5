import { expect, it } from "vitest";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { alignmentUnderTest, badLine, goodLine } from "../support/agents/alignment-under-test.js";

const byHand = (at: Date) => ({
  at: at.toISOString(),
  author: "person" as const,
  status: "active" as const,
  lines: [{ text: "Wants it cold.", tool: null, evidence: ["e"] }],
  reason: "By hand.",
  parent: initialPersona,
});

it("a candidate that lost to another writer does not count as taken, and the run ends", async () => {
  const user = await alignmentUnderTest();
  const { personas } = user.memory;
  const append = personas.append.bind(personas);
  // Between the look at the head and the writing, where no lock can be.
  Object.assign(personas, {
    append: async (...[userId, checkpoint]: Parameters<typeof append>) => {
      await append(userId, byHand(new Date(Date.parse(checkpoint.at) - 1_000)));
      return append(userId, checkpoint);
    },
  });
  const { iterations, head } = await user.run();
  expect(iterations).toMatchObject([{ accepted: false }]);
  expect(iterations[0]?.reason).toMatch(
    /^Not taken: the persona was changed meanwhile, to version 1\. Better: /,
  );
  expect(head.lines.map(({ text }) => text)).toEqual(["Wants it cold."]);
  expect(user.events.at(-1)).toMatchObject({ kind: "checkpoint-written", status: "rejected" });
});

it("a run ends when the persona was changed meanwhile, also after a candidate that is rejected", async () => {
  const user = await alignmentUnderTest({
    replies: {
      update: ({ before }) => ({ lines: [before === 0 ? badLine : goodLine] }),
      simulation: async ({ system }) => {
        if (!system.includes(badLine)) return "tea";
        if ((await user.head()).version === 0)
          await user.memory.personas.append("ada", byHand(user.clock.now()));
        return "coffee";
      },
    },
  });
  const { iterations, head } = await user.run();
  expect(iterations).toMatchObject([{ accepted: false }]);
  expect(iterations[0]?.reason).toMatch(/^Worse on its own batch/);
  expect(user.model.of("update")).toHaveLength(1);
  expect(head.lines.map(({ text }) => text)).toEqual(["Wants it cold."]);
});
