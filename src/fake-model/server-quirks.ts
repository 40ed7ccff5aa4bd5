type Fields = Record<string, unknown>;

/** How a server differs from OpenAI's, each by its name. All are seen in the field; see docs/model-servers.md. */
export interface ServerQuirks {
  /**
   * Where the model's reasoning stands: in the text between `<think>` marks, the same without the opening one, in a
   * list of parts, or in a field of that name.
   */
  readonly thinks?:
    | "in marks"
    | "in unopened marks"
    | "in parts"
    | "reasoning"
    | "reasoning_content";
  /** The ids of tool calls. `repeated`: the same one for all. */
  readonly callIds?: "empty" | "missing" | "repeated";
  /** No index in streamed calls, or 0 in all. */
  readonly callIndex?: "missing" | "zero";
  /** Tool calls stand in the text, between `<tool_call>` marks, as the model wrote them. */
  readonly writesCalls?: boolean;
  /** Attaches a signature to the first tool call of an answer, and refuses a request in which it is missing. */
  readonly signsCalls?: boolean;
  /** Refuses a request in which a message with tool calls lacks the reasoning that came with it. */
  readonly wantsReasoningBack?: boolean;
  /** Fields and schema keywords that are refused by name. */
  readonly refuses?: readonly string[];
  /** Keywords that are refused in strict schemas only. */
  readonly refusesInStrict?: readonly string[];
  /** What a request must not have at all: its refusal names no field. */
  readonly lacks?: readonly ("tools" | "system" | "structured output" | "embeddings")[];
  /** Roles must alternate, as in many chat templates. */
  readonly rolesAlternate?: boolean;
  /** Tool call ids must be nine letters and digits. */
  readonly wantsShortIds?: boolean;
  /** Calls the first tool of every request that offers one; done where no script says what to answer. */
  readonly callsEveryRound?: boolean;
  /** Usage of a stream: where Groq has it, or with the last piece, whether it is asked for or not. */
  readonly usage?: "x_groq" | "always";
  /** Most inputs of an embeddings request, and most tokens (four letters each) of one of them. */
  readonly embeds?: { readonly inputs?: number; readonly tokens?: number };
  /** An error with status 200 in place of an answer: the first time, for every so many different requests. */
  readonly stumbles?: number;
  /** Errors are in a list. */
  readonly listsErrors?: boolean;
}

/** What the model of such a server thinks; no answer may hold it. */
export const thoughts = "The user wants {something}. Hmm, let me think.";
const signature = { google: { thought_signature: "c2lnbmVk" } };

/** Why a server refuses a request, in a sentence; undefined if it takes it. */
export function whyRefused(
  { body }: { readonly body: Fields },
  quirks: ServerQuirks,
): string | undefined {
  const messages = list(body["messages"]);
  const calls = messages.filter((message) => list(message["tool_calls"]).length > 0);
  const { lacks = [], embeds = {} } = quirks;
  const named = keysIn(body).find((key) => quirks.refuses?.includes(key));
  if (named !== undefined) return `Unknown name "${named}": Cannot find field.`;
  const strict = strictSchemas(body).flatMap(keysIn);
  const bound = strict.find((key) => quirks.refusesInStrict?.includes(key));
  if (bound !== undefined) return `Invalid schema: \`${bound}\` is not permitted in strict mode.`;
  if (lacks.includes("tools") && body["tools"] !== undefined)
    return "registry/model does not support tools";
  if (lacks.includes("structured output") && body["response_format"] !== undefined)
    return "This response_format type is unavailable now";
  if (lacks.includes("system") && messages.some(({ role }) => role === "system"))
    return "System role not supported";
  if (lacks.includes("embeddings") && body["input"] !== undefined) return "No embeddings here.";
  if (quirks.rolesAlternate === true && messages.length > 0 && !rolesAlternate(messages))
    return "Conversation roles must alternate user/assistant/user/assistant/...";
  if (quirks.signsCalls === true && calls.some((message) => !isSigned(message)))
    return "Function call is missing a thought_signature in functionCall parts.";
  if (quirks.wantsReasoningBack === true && calls.some((call) => !call["reasoning_content"]))
    return "Missing `reasoning_content` field in the assistant message.";
  if (quirks.wantsShortIds === true && idsOf(messages).some((id) => !/^[A-Za-z0-9]{9}$/.test(id)))
    return "Tool call id must be a-z, A-Z, 0-9, with a length of 9.";
  const inputs = [body["input"] ?? []].flat() as string[];
  if (inputs.length > (embeds.inputs ?? Infinity))
    return `batch size is invalid, it should not be larger than ${embeds.inputs}.`;
  if (inputs.some((text) => text.length / 4 > (embeds.tokens ?? Infinity)))
    return `This model's maximum context length is ${embeds.tokens} tokens.`;
  return undefined;
}

/** The fields of a message with such reasoning; one for a whole answer, more for a stream. */
export function answerPieces(words: readonly string[], quirks: ServerQuirks): Fields[] {
  const parts = (type: string, text: string) => [{ type, [type]: text }];
  const plain = words.map((content) => ({ content }));
  switch (quirks.thinks) {
    case "in marks":
      return ["<th", `ink>\n${thoughts}`, "\n</thi", "nk>\n\n", ...words].map((content) => ({
        content,
      }));
    case "in unopened marks":
      return [thoughts, "\n</thi", "nk>\n\n", ...words].map((content) => ({ content }));
    case "in parts":
      return [
        { content: [{ type: "thinking", thinking: parts("text", thoughts) }] },
        ...words.map((word) => ({ content: parts("text", word) })),
      ];
    case "reasoning":
    case "reasoning_content":
      return [{ [quirks.thinks]: thoughts, content: null }, ...plain];
    case undefined:
    default:
      return plain;
  }
}

/** A call as such a server sends it. */
export function quirkyCall(
  call: Fields & { id: string },
  index: number,
  quirks: ServerQuirks,
): Fields {
  const { id, ...rest } = call;
  const ids = { empty: { id: "" }, missing: {}, repeated: { id: "call_0" } };
  return {
    ...(quirks.wantsShortIds === true
      ? { id: `mistral0${index}` }
      : quirks.callIds === undefined
        ? { id }
        : ids[quirks.callIds]),
    ...rest,
    ...(quirks.signsCalls === true && index === 0 && { extra_content: signature }),
  };
}

/** The index of a call in a stream. */
export function callIndex(index: number, { callIndex: quirk }: ServerQuirks): Fields {
  return quirk === "missing" ? {} : { index: quirk === "zero" ? 0 : index };
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

function keysIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    // The names of properties are no keywords.
    ...(key === "properties" ? Object.values(inner as Fields).flatMap(keysIn) : keysIn(inner)),
  ]);
}

function strictSchemas(body: Fields): unknown[] {
  const holders = [
    (body["response_format"] as Fields | undefined)?.["json_schema"],
    ...list(body["tools"]).map((tool) => tool["function"]),
  ] as (Fields | undefined)[];
  return holders.filter((holder) => holder?.["strict"] === true);
}

function rolesAlternate(messages: readonly Fields[]): boolean {
  const roles = messages.map(({ role }) => role).filter((role) => role !== "system");
  return (
    roles[0] === "user" && roles.every((role, at) => role === "tool" || role !== roles[at - 1])
  );
}

function isSigned(message: Fields): boolean {
  const [first] = list(message["tool_calls"]);
  return JSON.stringify(first?.["extra_content"]) === JSON.stringify(signature);
}

function idsOf(messages: readonly Fields[]): string[] {
  return messages.flatMap((message) => [
    ...list(message["tool_calls"]).map(({ id }) => String(id)),
    ...(message["role"] === "tool" ? [String(message["tool_call_id"])] : []),
  ]);
}
