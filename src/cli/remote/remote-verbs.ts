import { EventSourceParserStream } from "eventsource-parser/stream";
import { z } from "zod";
import type { CallVerb, VerbHooks, VerbProgress } from "../../app/verbs/verb-hooks.js";
import { type VerbName, verbs } from "../../contract/verbs.js";
import { verbRoutes } from "../../server/verbs/verb-request.js";
import { PersonaAgentError } from "../../system/errors.js";
import { describeServerFailure, errorOf } from "./server-failure.js";

/**
 * The verbs of the agent on a server. A call throws what the verb would throw here, and `config-invalid` when no server
 * answers at `url`, or one that is not this agent's.
 */
export function remoteVerbs(
  url: string,
  stopped: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): CallVerb {
  return async (name, input, hooks = {}) => {
    const signal = AbortSignal.any([stopped, ...(hooks.signal ? [hooks.signal] : [])]);
    try {
      const [address, request] = requestOf(url, name, input);
      const response = await fetch(address, {
        ...request,
        signal,
        headers: { ...request.headers, ...headers },
      });
      const isStream = /\bevent-stream\b/.test(response.headers.get("content-type") ?? "");
      const result = isStream
        ? await readStream(response, hooks)
        : await readJson(url, response, hooks, name);
      return verbs[name].output.parse(result) as never;
    } catch (error) {
      stopped.throwIfAborted();
      if (error instanceof z.ZodError) throw notThisAgent(url, error);
      throw describeServerFailure(url, error);
    }
  };
}

function requestOf(
  url: string,
  name: VerbName,
  input: object,
): [string, Omit<RequestInit, "headers"> & { readonly headers: Readonly<Record<string, string>> }] {
  const route = verbRoutes.find((each) => each.name === name);
  if (route === undefined) throw new TypeError(`There is no route of ${name}.`);
  const { method, inPath, usesQuery } = route;
  const fields = Object.entries(input).filter(([, value]) => value !== undefined);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(String((input as Record<string, unknown>)[field])),
  );
  const others = fields.filter(([field]) => !inPath.includes(field));
  const query = new URLSearchParams(
    usesQuery ? others.map(([field, value]): [string, string] => [field, String(value)]) : [],
  );
  return [
    `${url}${path}${query.size > 0 ? `?${query.toString()}` : ""}`,
    {
      method,
      headers: {
        accept: verbs[name].progress ? "text/event-stream, application/json" : "application/json",
        ...(!usesQuery && { "content-type": "application/json" }),
      },
      ...(!usesQuery && { body: JSON.stringify(Object.fromEntries(others)) }),
    },
  ];
}

async function readJson(
  url: string,
  response: Response,
  { onDegraded }: VerbHooks,
  name: VerbName,
) {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const failure = response.ok ? null : errorOf(body);
  if (failure !== null) throw failure;
  // A server that is not well says how with status 503: that is the result of `health`.
  const isResult = response.ok ? body !== undefined : verbs[name].output.safeParse(body).success;
  if (!isResult) throw wrongServer(url, response, text);
  const degraded = response.headers.get("x-degraded");
  if (degraded !== null) onDegraded?.(degraded.split(", "));
  return body;
}

async function readStream(response: Response, { onProgress, onDegraded }: VerbHooks) {
  const events = (response.body ?? new ReadableStream<Uint8Array>())
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { event, data } of events) {
    const value: unknown = JSON.parse(data);
    if (event === "progress") onProgress?.(value as VerbProgress);
    else if (event === "degraded") onDegraded?.(z.array(z.string()).parse(value));
    else if (event === "error") throw errorOf(value) ?? new Error(data);
    else if (event === "result") return value;
  }
  throw new Error("the connection ended before the result");
}

function wrongServer(url: string, { status }: Response, text: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-invalid",
    `The server at ${url} answered with status ${status}: ${text.slice(0, 200).split("\n")[0]} Check the address, and that it serves this version's routes.`,
  );
}

function notThisAgent(url: string, { issues }: z.ZodError): PersonaAgentError {
  const [issue] = issues;
  return new PersonaAgentError(
    "config-invalid",
    `The server at ${url} gave another result than this version expects (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}). Use the same version on both sides.`,
  );
}
