/** The data of each event of a stream, without comments. Lines of no known field are data: an error may come as bare JSON. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line !== "" && !/^(?:event|id|retry)?:/.test(line)) data.push(line.replace(/^data: ?/, ""));
    else if (line === "" && data.length > 0) {
      yield data.join("\n");
      data = [];
    }
  }
  if (data.length > 0) yield data.join("\n");
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
