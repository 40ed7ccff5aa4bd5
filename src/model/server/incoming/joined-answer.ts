import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";

/** The whole answer of which these are the pieces, as `AnswerReader` gives them; for a client that asked for no stream. */
export function joinedAnswer(chunks: readonly JsonRecord[]): JsonRecord {
  const choices = chunks.flatMap((chunk) => recordsOf(chunk["choices"]));
  const deltas = choices.map(({ delta }) => (isRecord(delta) ? delta : {}));
  const text = (field: string) => deltas.map((delta) => textIn(delta[field])).join("");
  const calls = joinedCalls(deltas.flatMap((delta) => recordsOf(delta["tool_calls"])));
  const refusal = text("refusal");
  const message = {
    role: "assistant",
    content: text("content"),
    ...(refusal !== "" && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const reason = choices.map((choice) => choice["finish_reason"]).findLast(Boolean) ?? "stop";
  const usage = chunks.map((chunk) => chunk["usage"]).findLast(isRecord);
  return {
    ...chunks[0],
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: reason }],
    ...(usage && { usage }),
  };
}

function joinedCalls(pieces: readonly JsonRecord[]): JsonRecord[] {
  const calls = new Map<unknown, JsonRecord>();
  for (const { index, function: inner, ...piece } of pieces) {
    const { function: before, ...known } = calls.get(index) ?? {};
    const [begun, more] = [before, inner].map((part) => (isRecord(part) ? part : {}));
    const args = textIn(begun?.["arguments"]) + textIn(more?.["arguments"]);
    calls.set(index, { ...known, ...piece, function: { ...begun, ...more, arguments: args } });
  }
  return [...calls.values()];
}
