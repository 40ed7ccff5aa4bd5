import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { HumanMessage } from "@langchain/core/messages";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadChatModel } from "../../../src/model/load-chat-model.js";

/** As Node's own limits of five minutes, scaled down to what its clock of half seconds can measure. */
const impatient = new Agent({ headersTimeout: 20, bodyTimeout: 20 });
const usual = getGlobalDispatcher();
beforeEach(() => setGlobalDispatcher(impatient));
afterEach(() => setGlobalDispatcher(usual));

const event = (content: string, finish_reason: string | null) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason }] })}\n\n`;

/** Thinks before the first word, and before the second. */
async function answer(outgoing: ServerResponse) {
  await delay(1_500);
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  outgoing.write(event("The ", null));
  await delay(1_500);
  outgoing.end(`${event("third.", "stop")}data: [DONE]\n\n`);
}

it("our limits are the only ones: a server may be silent for as long as they allow", async () => {
  const server = createServer((_incoming, outgoing) => void answer(outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const model = loadChatModel("openai:slow", {
    openaiBaseUrl: `http://127.0.0.1:${port}/v1`,
    maxRetries: 0,
  });
  const pieces: string[] = [];
  for await (const piece of await model.stream([new HumanMessage("Which film?")]))
    pieces.push(piece.text);
  expect(pieces.join("")).toBe("The third.");
  server.close();
});
