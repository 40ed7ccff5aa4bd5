import { createHash, randomUUID } from "node:crypto";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { z } from "zod";
import { parseInstructions } from "../../config/instructions.js";
import type { RunContext } from "../../config/turn-settings.js";
import { userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { firstHeader } from "../named-user.js";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({ url: z.string(), detail: z.string().exactOptional() }),
});
const text = z.union([z.string(), z.array(textPart)], {
  error: "expected text, or a list of parts of type text",
});
const withImages = z.union([z.string(), z.array(z.union([textPart, imagePart]))], {
  error: "expected text, or a list of parts of type text or image_url",
});
const toolCall = z.object({
  id: z.string(),
  type: z.literal("function", "expected the type function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const tool = z.object({
  type: z.literal("function", "expected the type function"),
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const message = z.discriminatedUnion(
  "role",
  [
    z.object({ role: z.enum(["system", "developer"]), content: text }),
    z.object({ role: z.literal("user"), content: withImages }),
    z.object({
      role: z.literal("assistant"),
      content: text.nullish(),
      tool_calls: z.array(toolCall).nullish(),
    }),
    z.object({ role: z.literal("tool"), content: text, tool_call_id: z.string() }),
  ],
  { error: "expected the role system, developer, user, assistant or tool" },
);
type Message = z.output<typeof message>;

/** What is read of a request; what else it may hold is refused by `refusedFields`, or of no effect here. */
const requestSchema = z.object({
  model: z.string({ error: "expected the name of a model, such as persona-agent" }).min(1),
  messages: z.array(message, { error: "expected a list of messages" }).min(1),
  tools: z.array(tool).nullish(),
  tool_choice: z.enum(["auto", "none"], { error: "expected auto or none" }).nullish(),
  user: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});
export type ChatRequest = z.output<typeof requestSchema>;

/**
 * What would change the form of an answer in a way that an agent does not have: `null`, and the values here, say the same
 * as nothing.
 */
const refusedFields: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  response_format: [{ type: "text" }],
  modalities: [["text"]],
  audio: [],
  stop: [[], ""],
  parallel_tool_calls: [true],
  functions: [[]],
  function_call: ["none", "auto"],
  prediction: [],
  web_search_options: [],
  store: [false],
};

/**
 * Checks a request's body.
 *
 * @throws {PersonaAgentError} `config-invalid`, whose `details` name the `param`.
 */
export function parseChatRequest(body: Readonly<Record<string, unknown>>): ChatRequest {
  for (const [field, harmless] of Object.entries(refusedFields)) {
    const given = JSON.stringify(body[field] ?? null);
    if (given === "null" || harmless.some((value) => JSON.stringify(value) === given)) continue;
    throw invalid(
      field,
      `\`${field}\` is not supported here; expected it to be left out. Remove it.`,
    );
  }
  const { data, error } = requestSchema.safeParse(body);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const param = (issue?.path ?? []).reduce<string>(
    (path, key) =>
      typeof key === "number" ? `${path}[${key}]` : path ? `${path}.${String(key)}` : String(key),
    "",
  );
  throw invalid(param, `\`${param}\` is not valid: ${issue?.message}. Correct it.`);
}

/** The client's own tools, as the agent takes them. */
export function readTools({
  tools,
  tool_choice,
}: Pick<ChatRequest, "tools" | "tool_choice">): NonNullable<RunContext["callerTools"]> {
  if (tool_choice === "none") return [];
  return (tools ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    ...(description && { description }),
    ...(parameters && { parameters }),
  }));
}

/** A request as the agent takes it. */
export interface ClientConversation {
  /** Its name: the same for all requests of one conversation. */
  readonly id: string;
  /** All of it but its system messages. The last one is the user's. */
  readonly messages: readonly BaseMessage[];
  /** Of the run; `undefined` where the request has no system message. */
  readonly instructions: string | undefined;
}

/**
 * A client sends the whole conversation with each request, so nothing is kept of it here but its last message and the
 * answer. The name of the conversation is the one in its header, or made of the user and the first message.
 *
 * The last message has an id made of all before it, so that an answer that is asked for again is the same interaction.
 * The first message of a conversation without a name is an exception: it may be a new conversation that begins alike.
 *
 * @param operators - The instructions of the process, before those of the request.
 * @throws {PersonaAgentError} `config-invalid`
 */
export function readConversation(
  { messages: all }: Pick<ChatRequest, "messages">,
  { headers, user, operators }: { headers: Headers; user: string; operators: string },
): ClientConversation {
  const messages = all.filter(({ role }) => role !== "system" && role !== "developer");
  const last = messages.at(-1);
  if (last?.role !== "user" && last?.role !== "tool")
    throw invalid(
      "messages",
      `The last message is ${last === undefined ? "missing" : "the assistant's"}; expected one of the user, which is answered, or a tool's result. Send it last.`,
    );
  const named = firstHeader(headers, conversationHeaders);
  if (named !== undefined && !/^[\w.:@-]{1,200}$/.test(named))
    throw invalid(
      conversationHeaders[0],
      "The conversation's name is not valid; expected 1 to 200 letters, digits and . _ : @ -. Correct the header x-conversation-id.",
    );
  const first = messages.findIndex(({ role }) => role === "user");
  const id = named ?? `chat-${digest([userKey(user), ...messages.slice(0, first + 1)])}`;
  const isNew = named === undefined && messages.length === first + 1;
  const instructions = all.filter(({ role }) => role === "system" || role === "developer");
  return {
    id,
    messages: messages.map((each, place) => {
      const isLast = place === messages.length - 1;
      const key = isLast && isNew ? randomUUID() : digest([id, ...messages.slice(0, place + 1)]);
      return toMessage(each, key);
    }),
    instructions:
      instructions.length === 0
        ? undefined
        : parseInstructions(
            [operators, ...instructions.map(textOf)].filter(Boolean).join("\n\n"),
            "The system messages, together with the server's own instructions,",
          ),
  };
}

/** Ours, and what Open WebUI sends where its ENABLE_FORWARD_USER_INFO_HEADERS is on. */
const conversationHeaders = ["x-conversation-id", "x-openwebui-chat-id"] as const;

function toMessage(message: Message, id: string): BaseMessage {
  if (message.role === "tool")
    return new ToolMessage({ id, content: textOf(message), tool_call_id: message.tool_call_id });
  if (message.role === "assistant")
    return new AIMessage({
      id,
      content: textOf(message),
      tool_calls: (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        name: call.function.name,
        args: parseArguments(call.function.arguments),
      })),
    });
  const { content } = message;
  const hasImages = Array.isArray(content) && content.some(({ type }) => type === "image_url");
  return new HumanMessage({ id, content: hasImages ? content : textOf(message) });
}

function parseArguments(text: string): Record<string, unknown> {
  try {
    const args: unknown = JSON.parse(text || "{}");
    if (typeof args === "object" && args !== null) return args as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw invalid(
    "messages",
    "The arguments of a tool call are no JSON object; expected them as they were sent. Correct them.",
  );
}

function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

function invalid(param: string, message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message, { details: { param } });
}
