import { type OpenAiServer, startOpenAiServer } from "../../src/fake-model/openai-server.js";

/** The length of its vectors. */
export const instantDimensions = 384;

/**
 * A model server on the loopback that answers at once, the same for everybody: a line of text, and a vector by words. To
 * whoever asks for JSON, which here is mem0's extraction of facts, it gives one fact.
 */
export function startInstantModel(): Promise<OpenAiServer> {
  return startOpenAiServer(({ path, body }) => {
    if (path === "/v1/embeddings") return { kind: "embeddings", vectorOf };
    const isExtraction = "response_format" in body;
    const fact = { id: "0", text: lastText(body), attributed_to: "user" };
    const text = isExtraction
      ? JSON.stringify({ memory: [fact] })
      : "Take the second one, it is quieter.";
    return { kind: "message", text };
  });
}

function lastText({ messages }: Readonly<Record<string, unknown>>): string {
  const last = (messages as readonly { readonly content?: unknown }[]).at(-1)?.content;
  return typeof last === "string" ? last.slice(-120) : "The user asked something.";
}

/** Each word adds to three places of the vector. */
function vectorOf(text: string): number[] {
  const vector = Array.from({ length: instantDimensions }, () => 0);
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    let hash = 7;
    for (const letter of word) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
    for (const step of [1, 7, 61]) {
      const place = Math.floor(hash / step) % instantDimensions;
      vector[place] = (vector[place] ?? 0) + 1;
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
