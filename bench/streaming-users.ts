/**
 * Users who talk to LangGraph's dev server at the same time, each on a thread of their own, with streamed answers: the
 * agent with its embedded services and a model that answers at once, beside an echo graph and a bare one (search, model,
 * put, in memory) on the same server.
 *
 *   npm run bench -- streaming-users                    10, 50 and 200 users, four turns each
 *   npm run bench -- streaming-users --users 500 --turns 2
 *
 * They take turns, the agent in a process of its own; who is not asked is idle. An error ends it.
 */
import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "@langchain/langgraph-sdk";
import { startLangGraphServer, untilServing } from "../src/cli/dev/langgraph-server.js";
import { freePort } from "../src/system/free-port.js";
import { newDataFolder } from "../test/support/setup/data-folder.js";
import { report } from "./report.js";
import { startInstantDevServer } from "./side-by-side/instant-dev-server.js";
import type { BenchRow } from "./summary.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10,50,200" },
    turns: { type: "string", default: "4" },
  },
});
const turns = Number(values.turns);
const agent = await startInstantDevServer();
const floorFolder = await newDataFolder("persona-agent-floor-");
const fileOf = (name: string) =>
  relative(floorFolder, join(import.meta.dirname, "streaming-users", `${name}-graph.ts`));
// The server keeps its threads beside this file.
const configFile = join(floorFolder, "langgraph.json");
const graphs = { echo: `${fileOf("echo")}:echo`, bare: `${fileOf("bare")}:bare` };
await writeFile(configFile, JSON.stringify({ node_version: "20", graphs }));
const port = await freePort("127.0.0.1", 0);
const floor = startLangGraphServer({
  configFile,
  host: "127.0.0.1",
  port,
  env: { ...process.env, OPENAI_BASE_URL: agent.modelUrl },
  onLine: () => undefined,
});
const floorUrl = `http://127.0.0.1:${port}`;
await untilServing(floorUrl, AbortSignal.timeout(60_000));
try {
  const served = [
    ["echo", floorUrl],
    ["bare", floorUrl],
    ["agent", agent.url],
  ] as const;
  for (const [graph, url] of served) await talk(graph, url, 5, "first");
  const rates: BenchRow[] = [];
  const waits: BenchRow[] = [];
  for (const at of values.users.split(",").map(Number))
    for (const [name, url] of served) {
      const { perSecond, times } = await talk(name, url, at, `of ${at}`);
      rates.push({ name, at, samples: [perSecond] });
      waits.push({ name, at, samples: times });
    }
  const [over, references] = ["users", ["echo"]];
  await report(
    "streaming-users",
    [
      {
        title: "All users' turns (more is better)",
        unit: "turns/s",
        over,
        references,
        rows: rates,
      },
      { title: "A turn of one of them", unit: "ms", over, references, rows: waits },
    ],
    `${turns} turns a user.`,
  );
} finally {
  await floor.stop();
  await agent.end();
  await rm(floorFolder, { recursive: true, force: true });
}

async function talk(graph: string, url: string, users: number, group: string) {
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: users }, async (_, n) => {
      const client = new Client({ apiUrl: url, callerOptions: { maxRetries: 0 } });
      const { thread_id: threadId } = await client.threads.create();
      for (let turn = 0; turn < turns; turn += 1) {
        const asked = performance.now();
        const chunks = client.runs.stream(threadId, graph, {
          input: {
            messages: [{ role: "human", content: `Turn ${turn}: which lamp shall I take?` }],
          },
          context: { userId: `user ${n} ${group}` },
          streamMode: ["messages-tuple", "values"],
        });
        let last: unknown;
        for await (const { event, data } of chunks) {
          if (event === "error") throw new Error(`${graph}: ${JSON.stringify(data)}`);
          if (event === "values") last = data;
        }
        const { messages } = last as { messages: readonly unknown[] };
        if (messages.length !== 2 * (turn + 1)) throw new Error(`${graph}: a message is missing.`);
        times.push(performance.now() - asked);
      }
    }),
  );
  return { perSecond: (users * turns * 1_000) / (performance.now() - began), times };
}
