import { Agent, type IncomingMessage, request } from "node:http";
import { expect } from "vitest";
import type { Row, World } from "./sign-in-matrix.js";

/** A server, and what is sent to each of its routes. */
export interface Refusing {
  readonly url: string;
  /** The rows of the matrix for its routes. */
  readonly rows: readonly Row[];
  /** Its ids may be of things that are not there. */
  readonly world: World;
  /** Headers of somebody who may do all. */
  readonly operator: Readonly<Record<string, string>>;
}

/** A refusal in one line, with the id of its request in the header, and in the body where the protocol has a place. */
async function expectLine(told: string, status: readonly number[], response: Response) {
  const text = await response.text();
  expect([response.status], `${told}: ${text.slice(0, 300)}`).toEqual([
    expect.toBeOneOf([...status]),
  ]);
  const id = response.headers.get("x-request-id");
  expect(String(id), `${told}: ${text.slice(0, 300)}`).toMatch(/^[\w-]+$/);
  const { error } = JSON.parse(text) as { error: { message: string; requestId?: string } };
  expect(error.message, told).toMatch(/^[^\n]*(?:; expected|^Parse error: Invalid JSON$)[^\n]*$/);
  expect(error.message.length, told).toBeLessThan(400);
  expect(error.requestId ?? id, told).toBe(id);
}

async function partsOf({ url, world }: Refusing, row: Row) {
  const [named = "", path = ""] = row.route.split(" ");
  const { in: values = [], query, body } = await row.send(world);
  const left = [...values];
  const filled = path.replaceAll(
    /\/(?::\w+\??|\*)/g,
    () => `/${(left.shift() ?? "").split("/").map(encodeURIComponent).join("/")}`,
  );
  return {
    route: row.route,
    method: named === "ALL" ? "GET" : named,
    path: filled.replace(/\/$/, ""),
    address: `${url}${filled.replace(/\/$/, "")}${query === undefined ? "" : `?${query}`}`,
    body,
  };
}

const takesBody = ({ method, body }: { readonly method: string; readonly body?: unknown }) =>
  body !== undefined || ["POST", "PUT", "PATCH"].includes(method);
/** The bytes of a body that a route takes. */
const limitOf = (route: string) => (route === "POST /import" ? 512_000_000 : 32_000_000);
const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** Every route that asks who calls, with each of these headers. */
export async function expectUnknownCallers(
  server: Refusing,
  callers: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<void> {
  for (const row of server.rows.filter(({ nobody }) => nobody === undefined)) {
    const { route, method, address, body } = await partsOf(server, row);
    for (const [name, headers] of Object.entries(callers)) {
      const init = { method, headers: { ...json, ...headers } };
      const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
      await expectLine(`${route} with ${name}`, [401], await fetch(address, sent));
    }
  }
}

/** Every route that takes a body, with one that ends too early. */
export async function expectBrokenBodies(server: Refusing): Promise<number> {
  let tried = 0;
  for (const row of server.rows) {
    const { route, method, address, body } = await partsOf(server, row);
    if (!takesBody({ method, body })) continue;
    const headers = { ...json, ...server.operator };
    const response = await fetch(address, { method, headers, body: '{"message": "Hel' });
    await expectLine(`${route} with a broken body`, [400], response);
    tried += 1;
  }
  return tried;
}

/**
 * Every route that takes a body, with one that is too large: announced, and in pieces without a word of their number. The
 * server answers before it has all of it.
 */
export async function expectLargeBodies(server: Refusing): Promise<void> {
  const piece = Buffer.alloc(1_000_000, " ");
  for (const row of server.rows) {
    const { route, method, address, body } = await partsOf(server, row);
    if (!takesBody({ method, body })) continue;
    const most = limitOf(route);
    const headers = { ...json, ...server.operator };
    const length = String(Math.max(100_000_000, most + 1));
    const announced = await sendUntilAnswered(
      address,
      method,
      { ...headers, "content-length": length },
      [piece],
    );
    await expectLine(`${route} with ${length} bytes`, [413], announced);
    // What a whole import may have takes too long to send.
    if (most > 100_000_000) continue;
    const pieces = Array.from({ length: 100 }, () => piece);
    const chunked = { ...headers, "transfer-encoding": "chunked" };
    const streamed = await sendUntilAnswered(address, method, chunked, pieces);
    await expectLine(`${route} with 100 MB in pieces`, [413], streamed);
  }
}

/** The answer to a request of which only so much was sent as it took. */
async function sendUntilAnswered(
  address: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  pieces: readonly Buffer[],
): Promise<Response> {
  // As clients do: where a connection is to be closed, Node closes it at the answer, and what is on its way may undo that.
  const agent = new Agent({ keepAlive: true });
  const sending = request(address, { method, headers, agent });
  let isOver = false;
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sending.once("response", resolve);
    // After the answer the server may close the connection, as the rest is of no use to it.
    sending.on("error", reject);
  });
  const over = answered.then(() => (isOver = true));
  for (const piece of pieces) {
    if (isOver) break;
    if (!sending.write(piece))
      await Promise.race([new Promise((drained) => sending.once("drain", drained)), over]);
  }
  const answer = await answered;
  const text = Buffer.concat(await answer.toArray()).toString();
  sending.destroy();
  agent.destroy();
  const id = answer.headers["x-request-id"];
  return new Response(text, {
    status: answer.statusCode ?? 0,
    headers: typeof id === "string" ? { "x-request-id": id } : {},
  });
}

/** Every path of the server by a method that it does not have there, and each of its folders with nothing in it. */
export async function expectUnknownRoutes(server: Refusing): Promise<void> {
  const parts = await Promise.all(server.rows.map((row) => partsOf(server, row)));
  // A method that few have, and none for a path that others would fit.
  const method = "PUT";
  const known = new Set(parts.filter((each) => each.method === method).map(({ path }) => path));
  for (const path of new Set(parts.map((each) => each.path))) {
    if (known.has(path)) continue;
    const response = await fetch(`${server.url}${path}`, { method, headers: server.operator });
    await expectLine(`${method} ${path}`, [404, 405], response);
  }
  const folders = new Set(parts.map(({ path }) => path.split("/")[1] ?? ""));
  for (const folder of [...folders, "nowhere"]) {
    const address = `${server.url}/${folder}/no/such/route/at/all`;
    if (folder === "console") continue;
    const response = await fetch(address, { headers: server.operator });
    await expectLine(`GET ${address}`, [404], response);
  }
}
