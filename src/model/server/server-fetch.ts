import { Agent, fetch as undiciFetch } from "undici";
import type { RequestLimits } from "./call-watch.js";
import { isRecord, type JsonRecord } from "./json.js";
import { portableRequest } from "./outgoing/portable-request.js";
import { readResponse } from "./incoming/read-response.js";
import { refusedIn } from "./outgoing/refused-fields.js";
import { createResilientFetch, type Exchange } from "./resilient-fetch.js";
import { habitsOf } from "./outgoing/server-habits.js";

export interface ServerFetchOptions extends RequestLimits {
  /** Where the protocol's paths begin; what is learnt of a server is kept by it. */
  readonly baseUrl: string;
  /** Blots out keys, where an error of the server repeats them. */
  readonly clean: (text: string) => string;
}

/**
 * The time limits are ours alone: Node's own `fetch` gives up after five minutes of silence. Its package's `fetch` and
 * agent belong together; the agent of one version does not fit the `fetch` of every Node.
 */
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/** Statuses with which servers refuse a request for its form. Chat templates fail with 500. */
const refusals = [400, 415, 422, 500, 501];

/**
 * The one door to servers that speak OpenAI's protocol, for chat and embeddings: requests go out in the form that every
 * server takes, answers come in as OpenAI would have sent them. What a server refuses by name is left out, once more
 * asked for, and left out from then on. See docs/model-servers.md.
 */
export function createServerFetch(options: ServerFetchOptions): typeof fetch {
  const exchange: Exchange = async (url, init, listenTo) => {
    const asked = parseBody(init.body);
    const habits = habitsOf(options.baseUrl, String(asked["model"]));
    const left = new Set(habits.refused);
    for (;;) {
      const request = portableRequest(asked, left);
      const sent = { ...init, body: JSON.stringify(request), dispatcher };
      const raw = (await undiciFetch(url, sent as never)) as unknown as Response;
      const response = await readResponse(raw, listenTo(raw.body), {
        request: asked,
        habits,
        clean: options.clean,
      });
      if (response.ok) {
        for (const field of left) habits.refused.add(field);
        return response;
      }
      const named = refusals.includes(response.status)
        ? refusedIn(await sentenceOf(response), request).filter((field) => !left.has(field))
        : [];
      if (named.length === 0) return response;
      for (const field of named) left.add(field);
    }
  };
  return createResilientFetch(options, exchange);
}

function parseBody(body: unknown): JsonRecord {
  const parsed: unknown = typeof body === "string" ? JSON.parse(body) : {};
  return isRecord(parsed) ? parsed : {};
}

async function sentenceOf(response: Response): Promise<string> {
  const { error } = (await response.clone().json()) as { error: { message: string } };
  return error.message;
}
