import { EventSourceParserStream } from "eventsource-parser/stream";
import type { operations } from "./generated/routes.js";
import { asRequestError, RequestError, type Result } from "./client.js";

/** What a verb tells while it is done, by its name. */
export type Progress<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { "text/event-stream": infer Event } } };
}
  ? Event
  : never;

/** What a request needs so that `follow` can read its answer. */
export const asEvents = {
  headers: { accept: "text/event-stream" },
  parseAs: "stream",
} as const;

/**
 * The result of a verb that tells what happens meanwhile.
 *
 * @throws {RequestError}
 */
export async function follow<Name extends keyof operations>(
  answer: Promise<{ data?: ReadableStream | null; error?: unknown; response: Response }>,
  onProgress: (event: Progress<Name>) => void,
): Promise<Result<Name>> {
  const { data: body, error, response } = await answer;
  if (!response.ok || !body) throw asRequestError(error, response.status);
  const events = (body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (;;) {
    const { value } = await events.read().catch(() => ({ value: undefined }));
    if (value === undefined) throw cutOff();
    const given: unknown = JSON.parse(value.data);
    if (value.event === "progress") onProgress(given as Progress<Name>);
    else if (value.event === "result") return given as Result<Name>;
    else if (value.event === "error") throw asRequestError(given, response.status);
  }
}

function cutOff(): RequestError {
  return new RequestError(
    "unreachable",
    "The connection ended before the result came. Is the server still running?",
    0,
  );
}
