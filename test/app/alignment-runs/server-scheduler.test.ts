import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { alignmentThreadId } from "../../../src/app/alignment-runs/run-thread-id.js";
import { createServerScheduler } from "../../../src/app/alignment-runs/server-scheduler.js";
import { agentUnderTest } from "../../support/agents/agent-under-test.js";
import { turnAt } from "../../support/users/episodes.js";

/** As much of LangGraph's server as a request meets, with the steps of a run that was interrupted. */
let server: Server;
let url: string;
let state: { readonly values: object; readonly next: readonly string[] };
const inputs: unknown[] = [];

async function answer(request: IncomingMessage, response: ServerResponse) {
  const { method, url: path = "" } = request;
  const body = method === "POST" ? await json(request) : null;
  if (method === "POST" && path.endsWith("/runs")) inputs.push((body as { input: unknown }).input);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(path.endsWith("/state") ? state : {}));
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

beforeEach(() => void inputs.splice(0));

/** Ada's alignment, interrupted, and what requests it. */
async function interrupted() {
  const { memory, clock } = agentUnderTest([]);
  await memory.episodes.addMany("ada", [turnAt(1, "Tea, please."), turnAt(2, "More tea.")]);
  const startedAt = clock.now().toISOString();
  clock.advanceDays(1);
  const threadId = alignmentThreadId("ada");
  await memory.alignments.update("ada", { status: "running", at: startedAt, threadId });
  state = { values: { startedAt, batch: [], holdout: [] }, next: ["textual-gradient"] };
  const request = createServerScheduler({ ...memory, url, now: clock.now, log: () => {} });
  return { memory, request: () => request("ada", {}) };
}

it("an interrupted run on the server is continued", async () => {
  const { request } = await interrupted();
  await request();
  expect(inputs).toEqual([null]);
});

it("one that may hold what was deleted since begins anew", async () => {
  const { memory, request } = await interrupted();
  await memory.episodes.delete("ada", turnAt(1, "Tea, please.").id);
  await request();
  expect(inputs).toEqual([{}]);
});
