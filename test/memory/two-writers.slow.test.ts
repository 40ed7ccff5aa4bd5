import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../../src/app/persona-agent.js";
import { openPostgres } from "../../src/memory/postgres/open-postgres.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/servers/postgres.js";
import { compiled } from "../support/setup/compiled.js";
import { deeds, type DeedName, writtenUser } from "../support/users/deeds.js";
import { turnAt } from "../support/users/episodes.js";

const ids = async (agent: PersonaAgent, count: number) => {
  const episodes = Array.from({ length: count }, (_, n) =>
    turnAt(n + 1, `Which tea, number ${n}?`, { response: "none" }),
  );
  await agent.memory.episodes.addMany(writtenUser, episodes);
  return episodes.map(({ id }) => id);
};

async function expectNothingLost(agent: PersonaAgent, changed: readonly string[]) {
  for (const id of changed) {
    const episode = await agent.memory.episodes.get(writtenUser, id);
    expect(episode).toMatchObject({ groundTruth: "white", feedback: { kind: "answer" } });
    const responses = [episode?.response, ...(episode?.replacedResponses ?? [])];
    expect(new Set(responses)).toEqual(new Set(["black", "green", "none", "red"]));
    expect(responses).toHaveLength(4);
  }
}

async function expectGone(agent: PersonaAgent, deleted: readonly string[]) {
  const withdrawals = await agent.memory.episodes.withdrawals(writtenUser);
  for (const id of deleted) {
    expect(await agent.memory.episodes.get(writtenUser, id)).toBeNull();
    expect(withdrawals.find(({ episodeId }) => episodeId === id)?.what).toBe("deleted");
  }
}

const changes = ["respond", "correct", "answer"] as const;
const withDeletion = ["respond", "correct", "forget"] as const;

describe("writers of one interaction at the same instant", () => {
  it("lose nothing in one process, where each has a memory of its own over one store", async () => {
    const store = new InMemoryStore();
    const agents = [1, 2, 3].map(() => createPersonaAgent({ store }));
    const [first] = agents as [PersonaAgent];
    const all = await ids(first, 20);
    const [changed, deleted] = [all.slice(0, 10), all.slice(10)];
    const work = (names: readonly DeedName[], of: readonly string[]) =>
      of.flatMap((id) => names.map((name, n) => deeds[name](agents[n] ?? first, id)));
    await Promise.all(work(changes, changed));
    await expectNothingLost(first, changed);
    // Apart, as a turn does not store a response that may repeat what was deleted since it began.
    await Promise.all(work(withDeletion, deleted));
    await expectGone(first, deleted);
    for (const agent of agents) await agent.close();
  });

  describe.skipIf(!hasPostgres)("in processes on one PostgreSQL", () => {
    let postgres: TestPostgres;
    beforeAll(async () => void (postgres = await startPostgres()), 60_000);
    afterAll(() => postgres?.stop());

    it.each([
      ["lose nothing", changes, expectNothingLost],
      ["bring nothing back", withDeletion, expectGone],
    ] as const)(
      "%s",
      async (_, names, expectThat) => {
        const url = await postgres.createDatabase();
        const storage = await openPostgres({ url });
        const agent = createPersonaAgent({ store: storage.store });
        const children = names.map((name) =>
          spawn(
            process.execPath,
            [compiled("test/support/processes/writing-child.ts"), url, name],
            { stdio: ["pipe", "pipe", "inherit"] },
          ),
        );
        try {
          const all = await ids(agent, 16);
          await Promise.all(children.map((child) => once(child.stdout, "data")));
          const ends = children.map((child: ChildProcess) => once(child, "exit"));
          for (const child of children) child.stdin.write(`${JSON.stringify(all)}\n`);
          expect((await Promise.all(ends)).map(([code]) => code as unknown)).toEqual([0, 0, 0]);
          await expectThat(agent, all);
        } finally {
          for (const child of children) child.kill("SIGKILL");
          await agent.close();
          await storage.close();
        }
      },
      60_000,
    );
  });
});
