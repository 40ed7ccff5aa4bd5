/**
 * Whether a turn waits as long as its settings say: a model on the loopback that is silent for seven minutes before its
 * first word, with a limit of ten. Run by hand; it takes as long as the model:
 *
 *   npx tsx bench/slow-model.ts [--minutes 7] [--limit 600]
 *
 * Fails when the turn does not get its answer, or asks more than once.
 */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import { loadModels } from "../src/app/model-environment.js";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "7" }, limit: { type: "string", default: "600" } },
});

let requests = 0;
const server = createServer((incoming, outgoing) => {
  incoming.resume();
  requests++;
  void delay(Number(values.minutes) * 60_000).then(() => {
    const message = { role: "assistant", content: "The third one." };
    outgoing.setHeader("content-type", "application/json");
    outgoing.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
  });
});
// Node's server has limits of its own.
server.requestTimeout = 0;
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

const { model } = loadModels({
  MODEL: "openai:slow",
  OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
  MODEL_TIMEOUT: values.limit,
});
const agent = createPersonaAgent({ model });
const began = Date.now();
const { answer } = await agent.ask("ada", "Which film?");
console.log(`answer ${JSON.stringify(answer)} after ${Math.round((Date.now() - began) / 1_000)} s`);
console.log(`requests ${requests}`);
await agent.close();
server.close();
if (requests !== 1 || answer !== "The third one.") process.exit(1);
