import { isRecord, recordsOf, type JsonRecord } from "../json.js";
import { portableMessages } from "./portable-messages.js";
import { portableSchema } from "./portable-schema.js";

/**
 * A request's body as any server takes it.
 *
 * @param refused - What this server refused; it is left out wherever it stands.
 */
export function portableRequest(body: JsonRecord, refused: ReadonlySet<string>): JsonRecord {
  // Servers refuse `stream_options` without a stream.
  const left = refused.has("stream") ? new Set([...refused, "stream_options"]) : refused;
  const request = withoutFields(body, left);
  const { messages, tools, response_format: format } = request;
  const portable = (holder: JsonRecord, field: string): JsonRecord => {
    const kept = withoutFields(holder, refused);
    const strict = holder["strict"] === true;
    return { ...kept, [field]: portableSchema(holder[field], { strict, without: refused }) };
  };
  return {
    ...request,
    ...(messages !== undefined && { messages: portableMessages(messages, refused) }),
    ...(tools !== undefined && {
      tools: recordsOf(tools).map((tool) =>
        isRecord(tool["function"])
          ? { ...tool, function: portable(tool["function"], "parameters") }
          : tool,
      ),
    }),
    ...(isRecord(format) &&
      isRecord(format["json_schema"]) && {
        response_format: { ...format, json_schema: portable(format["json_schema"], "schema") },
      }),
  };
}

function withoutFields(holder: JsonRecord, refused: ReadonlySet<string>): JsonRecord {
  return Object.fromEntries(Object.entries(holder).filter(([field]) => !refused.has(field)));
}
