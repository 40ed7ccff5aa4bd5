// A server that speaks the protocol of Google's Gemini API: https://ai.google.dev/api/generate-content.
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { BaseMessage } from "@langchain/core/messages";
import {
  type Answer,
  answerOffline,
  countTokens,
  type Loopback,
  Refusal,
  sendJson,
  startLoopback,
  words,
} from "./serve.js";

interface Part {
  readonly text?: string;
  readonly functionCall?: { readonly name: string; readonly args: Record<string, unknown> };
  readonly functionResponse?: { readonly name: string; readonly response: unknown };
}

interface Content {
  readonly role?: string;
  readonly parts: readonly Part[];
}

interface Body {
  readonly contents?: readonly Content[];
  readonly systemInstruction?: Content;
  readonly tools?: readonly {
    readonly functionDeclarations?: readonly {
      readonly name: string;
      readonly parameters: object;
    }[];
  }[];
  readonly generationConfig?: { readonly responseSchema?: object };
}

export function startGoogleServer(answer: Answer = answerOffline): Promise<Loopback> {
  return startLoopback(
    async ({ path, headers, body: unread }, response) => {
      const body = unread as Body;
      const url = new URL(path, "http://loopback");
      if (!headers["x-goog-api-key"] && !url.searchParams.get("key"))
        throw new Refusal(403, "Method doesn't allow unregistered callers.");
      const method = /^\/v1(?:beta)?\/models\/[\w.-]+:(\w+)$/.exec(url.pathname)?.[1];
      if (method !== "generateContent" && method !== "streamGenerateContent")
        throw new Refusal(404, `There is no ${path} here.`);
      const { responseSchema } = body.generationConfig ?? {};
      const declared = (body.tools ?? []).flatMap(({ functionDeclarations = [] }) => [
        ...functionDeclarations,
      ]);
      for (const { parameters } of declared) checkSchema(parameters);
      if (responseSchema !== undefined) checkSchema(responseSchema);
      const reply = await answer({
        messages: [
          ...(body.systemInstruction === undefined
            ? []
            : [new SystemMessage(textOf(body.systemInstruction.parts))]),
          ...(body.contents ?? []).flatMap(toMessages),
        ],
        // The offline model knows a schema that is asked for as a tool.
        tools:
          responseSchema === undefined
            ? declared
            : [{ name: "answer", parameters: responseSchema }],
      });
      const { tool_calls: calls = [] } = reply;
      const asText =
        responseSchema !== undefined && calls[0] !== undefined
          ? JSON.stringify(calls[0].args)
          : null;
      const parts: readonly Part[] = [
        ...words(asText ?? reply.text).map((text) => ({ text })),
        ...(asText === null ? calls : []).map(({ name, args }) => ({
          functionCall: { name, args: args as Record<string, unknown> },
        })),
      ];
      const tokens = { in: countTokens(body), out: countTokens(parts) };
      const usageMetadata = {
        promptTokenCount: tokens.in,
        candidatesTokenCount: tokens.out,
        totalTokenCount: tokens.in + tokens.out,
      };
      const chunk = (some: readonly Part[], finishReason?: string) => ({
        candidates: [
          {
            index: 0,
            content: { role: "model", parts: some },
            ...(finishReason && { finishReason }),
          },
        ],
        usageMetadata,
        modelVersion: "loopback",
      });
      if (method === "generateContent") return sendJson(response, chunk(parts, "STOP"));
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const [place, part] of parts.entries())
        response.write(
          `data: ${JSON.stringify(chunk([part], place === parts.length - 1 ? "STOP" : undefined))}\r\n\r\n`,
        );
      response.end();
    },
    ({ status, message }) => ({ error: { code: status, message, status: "INVALID_ARGUMENT" } }),
  );
}

/** A client for `ChatGoogle`, which knows no other address than Google's: it sends to this server instead. */
export function googleClientOf({ url }: Pick<Loopback, "url">) {
  return {
    hasApiKey: () => true,
    getProjectId: () => Promise.resolve("none"),
    fetch(request: Request) {
      const { pathname, search } = new URL(request.url);
      request.headers.set("x-goog-api-key", "none");
      return fetch(new Request(`${url}${pathname}${search}`, request));
    },
  };
}

/** What Google's subset of OpenAPI's schema has: https://ai.google.dev/api/caching#Schema. */
const schemaFields = new Set(
  "type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum".split(
    " ",
  ),
);

function checkSchema(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [field, value] of Object.entries(schema)) {
    if (!schemaFields.has(field))
      throw new Refusal(400, `Invalid JSON payload received. Unknown name "${field}" in a schema.`);
    if (field === "type" && typeof value !== "string")
      throw new Refusal(400, 'Invalid value at "type": expected one name.');
    if (field === "properties") Object.values(Object(value) as object).forEach(checkSchema);
    if (field === "items") checkSchema(value);
    if (field === "anyOf") (value as unknown[]).forEach(checkSchema);
  }
}

function toMessages({ role, parts }: Content): BaseMessage[] {
  const text = textOf(parts);
  if (role === "model") {
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    return [
      new AIMessage({
        content: text,
        tool_calls: calls.map(({ name, args }) => ({ id: name, name, args })),
      }),
    ];
  }
  const results = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  return [
    ...results.map(
      ({ name, response }) =>
        new ToolMessage({ content: resultText(response), tool_call_id: name }),
    ),
    ...(text === "" ? [] : [new HumanMessage(text)]),
  ];
}

function resultText(response: unknown): string {
  if (typeof response === "string") return response;
  const { result = response } = Object(response) as { readonly result?: unknown };
  return typeof result === "string" ? result : JSON.stringify(result);
}

function textOf(parts: readonly Part[]): string {
  return parts.map(({ text = "" }) => text).join("");
}
