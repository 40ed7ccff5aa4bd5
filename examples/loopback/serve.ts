import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { OfflineChatModel } from "../../src/index.js";

/** What a provider was asked: the conversation, and the tools that the model may call. */
export interface Asked {
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly { readonly name: string; readonly parameters: object }[];
}

export type Answer = (asked: Asked) => Promise<AIMessage> | AIMessage;

/** The offline model in the place of the provider's. */
export const answerOffline: Answer = ({ messages, tools }) =>
  new OfflineChatModel()
    .bindTools(tools.map((tool) => ({ type: "function", function: tool })))
    .invoke([...messages]);

export interface LoopbackRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface Loopback {
  readonly url: string;
  /** In the order they came. */
  readonly requests: LoopbackRequest[];
  close(): Promise<void>;
}

/** What a server refuses, with the status that the provider would send. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * A server on the loopback.
 *
 * @param handle - Writes the whole response; a `Refusal` that it throws becomes `describe(refusal)`.
 */
export async function startLoopback(
  handle: (request: LoopbackRequest, response: ServerResponse) => Promise<void>,
  describe: (refusal: Refusal) => object,
): Promise<Loopback> {
  const requests: LoopbackRequest[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of incoming) pieces.push(piece as Buffer);
      const { url: path = "", headers } = incoming;
      try {
        const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
        const request = { path, headers, body };
        requests.push(request);
        await handle(request, response);
      } catch (error) {
        // The client shows what is wrong instead of trying again.
        const refusal = error instanceof Refusal ? error : new Refusal(400, String(error));
        response.writeHead(refusal.status, { "content-type": "application/json" });
        response.end(JSON.stringify(describe(refusal)));
      }
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** About as many as a provider would count. */
export function countTokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}

/** Words of a text with the spaces after them, as a provider streams them. */
export function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
