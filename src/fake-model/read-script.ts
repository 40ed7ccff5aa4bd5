import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";
import type { OpenAiReply } from "./openai-server.js";

const text = z.string();
const toolCall = z.strictObject({
  name: text,
  args: z.union([text, z.record(text, z.unknown())]),
  id: text.exactOptional(),
});
const status = z.number().int().min(200).max(599);

/** The replies of `OpenAiReply` that can be written down. */
const replySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("message"),
    text: text.exactOptional(),
    toolCalls: z.array(toolCall).exactOptional(),
    refusal: text.exactOptional(),
    finishReason: text.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("error"),
    status,
    message: text.exactOptional(),
    code: text.exactOptional(),
    headers: z.record(text, text).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("raw"),
    status: status.exactOptional(),
    type: text.exactOptional(),
    body: text,
  }),
  z.strictObject({ kind: z.literal("silence") }),
  ...(["stall", "cut", "loop"] as const).map((kind) =>
    z.strictObject({ kind: z.literal(kind), text }),
  ),
]);

/**
 * Reads replies, one a line as JSON.
 *
 * @throws {PersonaAgentError} `config-file-invalid` with the number of the line.
 */
export async function readScript(path: string): Promise<OpenAiReply[]> {
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalid(`${path} cannot be read (${error.code}); expected a file with a reply a line.`);
  });
  return content.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const { data, error } = replySchema.safeParse(parseJson(line));
    if (data !== undefined) return [data];
    const [issue] = error.issues;
    const where = [...(issue?.path ?? []), issue?.message].join(": ");
    throw invalid(
      `Line ${index + 1} of ${path} is no reply (${where}); expected one such as {"kind": "message", "text": "Tea."}.`,
    );
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-file-invalid", `${message} Correct it.`);
}
