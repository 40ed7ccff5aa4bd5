import { expect, it } from "vitest";
import type { Episode } from "../../src/domain/episode.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import {
  alignmentUnderTest,
  criticisedOccasion,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import type { AskedOfModel } from "../support/models/alignment-model.js";
import { callsTools } from "../support/models/scripted-model.js";

const question = (n: number) => `What do I drink on occasion ${n}?`;
/** What only the nth interaction says, with what repeats it. */
const factOf = (n: number) => `zq${n}zq`;
const items = 16;

/** What no line said: the parent gets just these wrong, so that one of them is in the batch, and one is held out. */
const missed = [2, 12] as const;

const occasions = Array.from({ length: items }, (_, n) =>
  drink(n, { groundTruth: `tea ${factOf(n)}`, threadId: `thread ${n}` }),
);
/** Whatever of them becomes the batch: each is repeated before and after, and half are followed by a message. */
const repeating: readonly Episode[] = occasions.flatMap((_, n) => [
  drink(20 + n, { query: question(n), groundTruth: null, response: `Tea ${factOf(n)}!` }),
  drink(-1 - n, { query: question(n).toUpperCase(), groundTruth: `TEA, ${factOf(n)}` }),
  ...(isSaidNext(n)
    ? [
        drink(40 + n, {
          query: `No, ${factOf(n)} it was.`,
          groundTruth: null,
          threadId: `thread ${n}`,
        }),
      ]
    : []),
]);
const idOf = (n: number) => occasions[n]?.id ?? "";

/** Learned earlier, from an item that is held out now and one of the batch. */
const earlierLine = {
  text: `Wanted ${factOf(2)} and ${factOf(12)} once, and would again.`,
  tool: null,
  evidence: missed.map(idOf),
};
const otherLine = { text: "Talks about the weather.", tool: null, evidence: [idOf(7)] };

/** Whether the user wrote the answer again in the item's thread. */
function isSaidNext(n: number): boolean {
  return n % 2 === 0;
}

function allOf({ system, messages }: AskedOfModel) {
  return `${system}\n${messages.map(({ text }) => text).join("\n")}`;
}

/** A run with a model that notes down every fact it reads, and looks for the answer in memory. */
async function run(leaveOneOut: boolean) {
  const user = await alignmentUnderTest({
    episodes: [...occasions, ...repeating],
    replies: {
      profile: ({ thread }) => `Said ${[...new Set(thread.match(/zq\d+zq/g))].join(", ")}.`,
      simulation: (asked) => {
        const n = occasionOf(asked);
        const isMissed = missed.some((each) => each === n) && !asked.system.includes(goodLine);
        if (asked.messages.some(({ type }) => type === "tool"))
          return isMissed ? "coffee" : `tea ${factOf(n)}`;
        const args = { query: `${asked.question} ${factOf(n)}`, limit: 20 };
        return callsTools({ name: "recall_memory", args });
      },
      update: ({ before }) =>
        before > 0
          ? {}
          : {
              decision: "change",
              changes: [
                {
                  kind: "change",
                  line: 1,
                  text: `Wanted ${factOf(2)} and ${factOf(12)} once, and always will again.`,
                  tool: null,
                  items: [1, 2],
                  keepsEvidence: true,
                },
                {
                  kind: "add",
                  line: null,
                  text: goodLine,
                  tool: null,
                  items: [1, 2],
                  keepsEvidence: false,
                },
              ],
            },
    },
  });
  await user.memory.personas.append("ada", {
    parent: initialPersona,
    at: user.clock.now().toISOString(),
    author: "alignment",
    status: "active",
    lines: [earlierLine, otherLine],
    reason: "Learned.",
  });
  // The strict rule asks all held-out items.
  await user.run({ iterations: 1, leaveOneOut, checkLines: false, acceptance: "strict" });
  return user;
}

it("no simulation is told what only its item says, by profile, lines, memory or tools", async () => {
  const { model, memory, checkpoints } = await run(true);
  const [written] = await checkpoints();
  const batch = written?.alignment?.scores.batch.map(({ episodeId }) => episodeId) ?? [];
  const [learned, ...others] = missed.filter((n) => batch.includes(idOf(n)));
  const [heldOut] = missed.filter((n) => !batch.includes(idOf(n)));
  if (learned === undefined || heldOut === undefined || others.length > 0)
    throw new Error("One of the wrong answers is to be in the batch.");
  const asked = model.of("simulation");
  const underCandidate = asked.filter(({ system }) => system.includes(goodLine));
  // Two requests an answer; the candidate answers the batch and the holdout.
  expect(asked.length).toBeGreaterThanOrEqual(2 * (4 + items));
  expect(new Set(underCandidate.map(occasionOf)).size).toBe(items);
  for (const each of asked) {
    const n = occasionOf(each);
    // The update was written from the batch, and is tried on it.
    const isRewritten = underCandidate.includes(each) && n === learned;
    if (isRewritten) continue;
    // Its own search says it.
    const own = allOf(each).replaceAll(`${question(n)} ${factOf(n)}`, "");
    expect(own, `occasion ${n}`).not.toContain(factOf(n));
  }
  // Each is told of others: what was learned of other items, and the line that it did not teach.
  expect(asked.every(({ system }) => /Said zq\d+zq/.test(system))).toBe(true);
  const shown = (n: number, of: readonly AskedOfModel[]) =>
    of
      .filter((each) => occasionOf(each) === n)
      .map(({ system }) => system.includes("Wanted zq2zq"));
  const underParent = asked.filter((each) => !underCandidate.includes(each));
  expect(shown(heldOut, asked)).not.toContain(true);
  expect(shown(learned, underParent)).not.toContain(true);
  expect(shown(learned, underCandidate)).not.toContain(false);
  expect([...shown(5, underParent), ...shown(5, underCandidate)]).not.toContain(false);

  // The critic reads the truth, what the user said next, and what the simulation was given.
  for (const { thread } of model.of("critique")) {
    const n = criticisedOccasion({ thread: thread.replaceAll(/"query":".*?"/g, "") });
    const told = thread
      .replaceAll(`${question(n)} ${factOf(n)}`, "")
      .replace(/<simulated_answer>.*<\/simulated_answer>/, "");
    expect(told.split(factOf(n)).length - 1).toBe(isSaidNext(n) ? 2 : 1);
  }
  // The user's profile, which the update sees, knows all; those of the run are none of the user's.
  const [profile, ...more] = await memory.profiles.history("ada");
  expect(profile?.statements[0]?.text).toContain(factOf(15));
  expect(more).toEqual([]);
});

it("without leave-one-out, each is told", async () => {
  const { model } = await run(false);
  for (const each of model.of("simulation"))
    expect(each.system).toContain(factOf(occasionOf(each)));
});
