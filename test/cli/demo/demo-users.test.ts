import { describe, expect, it } from "vitest";
import { bo } from "../../../src/cli/demo/bo.js";
import { demoEpisodes } from "../../../src/cli/demo/demo-user.js";
import { ines } from "../../../src/cli/demo/ines.js";
import { learn } from "../../../src/cli/demo/learn.js";
import { createPersonaAgent } from "../../../src/index.js";

describe.each([ines, bo])("the invented user $id", (user) => {
  it("has a dated history in order, of statements, open questions and choices", () => {
    const { history, later } = user;
    expect(history.length).toBeGreaterThanOrEqual(25);
    expect(history.length).toBeLessThanOrEqual(60);
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
    const asked = new Set(history.map(({ query }) => query));
    expect(later.filter(({ query }) => asked.has(query))).toEqual([]);
  });
});

// That both are learned from, the demo's own test shows; it cannot look into the memory that is gone.
describe("learning from an invented user", () => {
  it("answers the later choices better, which are in no batch or holdout, and leaves no trace of them", async () => {
    const user = bo;
    const { history, later } = user;
    // As the demo's own: an alignment in the background would refresh the profile after five seconds.
    const agent = createPersonaAgent({ backgroundAlignment: false, backgroundReflection: false });
    const episodes = demoEpisodes(user.id, history);
    await agent.memory.episodes.addMany(user.id, episodes);
    const { profile } = await agent.buildProfile(user.id);
    const aligning = () => ({ onEvent: () => undefined, stop: () => undefined });
    const { signal } = new AbortController();
    const { decisive, heldOut, version, diff } = await learn(agent, user, { signal, aligning });

    expect(decisive).toMatchObject({ accepted: true, version: 1 });
    expect(version).toBe(1);
    expect(diff.added.length).toBeGreaterThan(0);
    expect(heldOut.items).toBe(later.length);
    expect(heldOut.after).toBeGreaterThan(heldOut.before);

    const ids = episodes.map(({ id }) => id);
    const kept = await agent.memory.episodes.latest(user.id, ids.length + later.length);
    expect(kept.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(await agent.memory.profiles.current(user.id)).toEqual(profile);
    const [, record] = await agent.memory.personas.history(user.id);
    const { batch = [], holdout = [] } = record?.alignment?.scores ?? {};
    const scored = [...batch, ...holdout].map(({ episodeId }) => episodeId);
    expect([batch.length, holdout.length]).toEqual([12, 39]);
    expect(scored.filter((id) => !ids.includes(id))).toEqual([]);
  }, 60_000);
});
