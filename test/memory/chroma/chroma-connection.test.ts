import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { createChromaIndex } from "../../../src/memory/chroma/chroma-index.js";

const ada = userKey("ada");
const embedding = { name: "test", dimensions: 4 };

let close = () => {};
afterEach(() => close());

/** A server that is not Chroma, and what it was asked. */
async function serverThat(answers: (response: ServerResponse) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answers(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

it("names the address without a server, and what to do, for every method", async () => {
  const { url } = await serverThat(() => {});
  close();
  const index = createChromaIndex({ url, embedding });
  const entry = { id: "a", order: 1, words: "tea", vector: [1, 0, 0, 0] };
  for (const call of [
    () => index.identity(ada),
    () => index.upsert(ada, [entry]),
    () => index.vectorSearch(ada, [1, 0, 0, 0], 3),
    () => index.keywordSearch(ada, ["tea"], 3),
    () => index.remove(ada, ["a"]),
    () => index.clear(ada),
  ])
    await expect(call()).rejects.toMatchObject({
      code: "memory-index-unavailable",
      message: `The Chroma server at ${url} cannot be reached; expected it to take requests. Start it, correct CHROMA_URL, or leave CHROMA_URL out to use the embedded Chroma.`,
      cause: { name: "ChromaConnectionError" },
    });
});

it("gives up on a server that does not answer, and cancels the request", async () => {
  const { url, requests } = await serverThat(() => {});
  const index = createChromaIndex({ url, embedding, timeoutMs: 500 });
  await expect(index.identity(ada)).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringContaining("no answer within 500 ms"),
  });
  const socket = requests[0]?.socket;
  if (socket?.destroyed === false) await once(socket, "close");
  expect(socket?.destroyed).toBe(true);
});

it("sends the token, and reports its refusal", async () => {
  const { url, requests } = await serverThat((response) => response.writeHead(401).end());
  const index = createChromaIndex({ url, embedding, token: "secret" });
  await expect(index.identity(ada)).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(/^(?!.*secret).*refused us.*CHROMA_TOKEN\.$/),
  });
  expect(requests[0]?.headers).toMatchObject({
    authorization: "Bearer secret",
    "x-chroma-token": "secret",
  });
});

it.each([
  [404, "<html>not here</html>"],
  [200, "<html>welcome</html>"],
  [200, "{}"],
  [500, '{"error":"Broken","message":"disk\\nfull"}'],
])("says in one line that what answers %i %s is not a working Chroma", async (status, body) => {
  const { url } = await serverThat((response) => response.writeHead(status).end(body));
  const index = createChromaIndex({ url, embedding });
  await expect(index.vectorSearch(ada, [1, 0, 0, 0], 3)).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(/^[^\n]*CHROMA_URL[^\n]*$/),
  });
});

it("refuses an invalid number of collections, and sends nothing before the first call", async () => {
  const { url, requests } = await serverThat((response) => response.end());
  for (const collections of [0, -1, 1.5, Number.NaN])
    expect(() => createChromaIndex({ url, embedding, collections })).toThrowError(/collections is/);
  createChromaIndex({ url, embedding });
  expect(requests).toEqual([]);
});
