export interface ServerEvent {
  readonly data: string;
  /** The event, or the field, is named `error`. */
  readonly isError: boolean;
}

/**
 * The events of a stream, without comments. Lines of no known field are data: an error may come as bare JSON. An event
 * begins with each `data:`, because some servers send no empty line between two, and none has JSON on several lines.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let data: string[] = [];
  let isError = false;
  for await (const line of linesOf(body)) {
    if ((line === "" || line.startsWith("data:")) && data.length > 0) {
      yield { data: data.join("\n"), isError };
      data = [];
    }
    if (line === "") isError = false;
    if (/^error:|^event: ?error *$/.test(line)) isError = true;
    if (line !== "" && !/^(?:event|id|retry)?:/.test(line))
      data.push(line.replace(/^(?:data|error): ?/, ""));
  }
  if (data.length > 0) yield { data: data.join("\n"), isError };
}

/** Whether a text is such a stream, whatever it is said to be. */
export function areEvents(text: string): boolean {
  return /^\s*(?:data|event|id|retry|error)?:/.test(text);
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let held = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream() as never)) {
    const lines = (held + String(piece)).split(/\r\n|\n|\r(?!$)/);
    held = lines.pop() ?? "";
    yield* lines;
  }
  if (held !== "") yield held.replace(/\r$/, "");
}

export function encodeEvent(data: string): Uint8Array {
  return new TextEncoder().encode(`data: ${data}\n\n`);
}
