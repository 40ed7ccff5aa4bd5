import { describe, expect, it } from "vitest";
import { bo } from "../../src/cli/demo/bo.js";
import { demoEpisodes, type DemoUser } from "../../src/cli/demo/demo-user.js";
import { ines } from "../../src/cli/demo/ines.js";
import { createPersonaAgent } from "../../src/index.js";

/** What a person who reads a history would write down, beyond what is usual. */
const rules: Readonly<Record<string, readonly string[]>> = {
  ines: [
    'Answer "soup", not "noodles", when it is raining hard.',
    'Answer "curry", not "noodles", when guests are coming.',
  ],
  bo: [
    'Answer "salad" when late home after choir.',
    'Answer "soup" when my throat is sore.',
    'Answer "drama" when the house is asleep.',
  ],
};

describe.each([ines, bo])("the invented user $id", (user) => {
  it("has a dated history in order, of statements, open questions and choices", () => {
    const { history, later } = user;
    expect(history.length).toBeGreaterThanOrEqual(25);
    expect(history.length).toBeLessThanOrEqual(40);
    const times = [...history, ...later].map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times.every((at) => new Date(at).toISOString() === at)).toBe(true);
    const episodes = demoEpisodes(user.id, [...history, ...later]);
    expect(new Set(episodes.map(({ id }) => id)).size).toBe(times.length);

    const isClosed = (query: string) => query.includes("Answer with one of: ");
    const open = history.filter(({ query, answer }) => answer !== null && !isClosed(query));
    expect(history.filter(({ answer }) => answer === null).length).toBeGreaterThanOrEqual(3);
    expect(open.length).toBeGreaterThanOrEqual(3);
    for (const { query, answer } of [...history, ...later].filter((item) => isClosed(item.query)))
      expect(query.split("Answer with one of: ")[1]).toContain(answer);
  });

  it("leaves something to learn: a rule written down answers later choices that memory alone misses", async () => {
    const plain = await rightLater(user, []);
    const learned = await rightLater(user, rules[user.id] ?? []);
    expect(plain).toBeLessThan(user.later.length);
    expect(learned).toBeGreaterThan(plain);
  });
});

/** How many of the later choices are answered as they were made, on the history and learned lines. */
async function rightLater(user: DemoUser, lines: readonly string[]): Promise<number> {
  const agent = createPersonaAgent();
  const episodes = demoEpisodes(user.id, user.history);
  await agent.memory.episodes.addMany(user.id, episodes);
  await agent.buildProfile(user.id);
  const evidence = episodes.slice(-1).map(({ id }) => id);
  if (lines.length > 0)
    await agent.memory.personas.append(user.id, {
      parent: await agent.memory.personas.head(user.id),
      at: "2026-10-18T00:00:00.000Z",
      author: "person",
      status: "active",
      lines: lines.map((text) => ({ text, tool: null, evidence })),
      reason: "Written down by a reader.",
    });
  let right = 0;
  for (const { query, answer } of user.later) {
    const turn = await agent.ask(user.id, query);
    if (turn.answer === answer) right += 1;
    if (turn.episodeId !== null) await agent.memory.episodes.delete(user.id, turn.episodeId);
  }
  return right;
}
