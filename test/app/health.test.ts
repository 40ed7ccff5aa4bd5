import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { noSignIn } from "../../src/auth/sign-in.js";
import { startStandaloneServer } from "../support/console/standalone-server.js";
import { commandLineOf } from "../support/processes/command-line.js";

const away = () => Promise.reject(new Error("It is\naway."));

it("says what does not answer, in one line, with a status and an exit code that monitors understand", async () => {
  const store = new InMemoryStore();
  const dimensions = 512;
  const index = createInProcessIndex({ name: "offline", dimensions });
  const agent = createPersonaAgent({ store, index: { ...index, keywordSearch: away } });
  const answers = { ok: true, error: null };
  const isAway = { ok: false, error: "It is away." };
  expect(await agent.health()).toEqual({
    ok: false,
    store: answers,
    index: { ...isAway, kind: "in-process" },
    jobs: null,
    unindexed: null,
  });
  const server = await startStandaloneServer(agent, noSignIn);
  try {
    expect((await fetch(`${server.url}/health`)).status).toBe(503);
    for (const url of [[], ["--url", server.url]])
      expect(await commandLineOf(agent)(["health", ...url])).toMatchObject({
        code: 1,
        out: "store  answers\nindex  in-process, It is away.\n",
      });
  } finally {
    await server.close();
  }

  const healthy = createPersonaAgent({
    userJobs: {
      counts: async () => ({ waiting: 2, running: 1, dead: 0 }),
      count: async () => 0,
      dead: async () => [],
      delete: async () => {},
    },
  });
  const jobs = { waiting: 2, running: 1, dead: 0 };
  expect(await healthy.health()).toMatchObject({ ok: true, store: answers, jobs });
  expect(await commandLineOf(healthy)(["health"])).toMatchObject({
    code: 0,
    out: "store  answers\nindex  in-process, answers\njobs   2 waiting, 1 running, 0 dead\n",
  });

  const without = createPersonaAgent({
    store: Object.assign(new InMemoryStore(), { batch: away }),
  });
  expect(await without.health()).toMatchObject({
    ok: false,
    store: { ok: false, error: expect.stringContaining("The store did not answer (It is away.)") },
  });
});
