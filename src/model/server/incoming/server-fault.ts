import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";
import { areEvents } from "./server-sent-events.js";

/** An error that a server reported, whatever the HTTP status. */
export interface ServerFault {
  /** The status that the error stands for; 400 to 599. */
  readonly status: number;
  /** The provider's own code, as `rate_limit_exceeded`; `null` if it gave none, or only a status. */
  readonly code: string | null;
  /** The provider's own sentence. */
  readonly message: string;
}

/**
 * The error that stands in place of an answer with status 200: an object, a text, or in a list, of the whole or of its
 * first choice. `null` if there is none.
 */
export function faultInAnswer(body: unknown): ServerFault | null {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (!isRecord(first)) return null;
  if (isError(first["error"])) return readFault(first["error"], undefined, first);
  const choice: unknown = Array.isArray(first["choices"]) ? first["choices"][0] : undefined;
  if (isRecord(choice)) {
    const reason = textIn(choice["finish_reason"]);
    if (isError(choice["error"]) || /error|abort|system_resource/i.test(reason))
      return readFault(choice["error"] ?? { message: `the answer ended with \`${reason}\`` });
  }
  if (["choices", "data"].some((field) => Array.isArray(first[field]))) return null;
  if (first["object"] === "error" || first["type"] === "error") return readFault(first);
  const fields = lowered(first);
  const hasSentence = sentenceFields.some((field) => isError(fields[field]));
  // Some servers put `success` into each piece.
  return hasSentence && !codesIn(fields).some(isSuccess) ? readFault(first) : null;
}

/**
 * The error in the body of a refusal, or in an event that is named one: JSON of any form, a page, or text.
 *
 * @param status - What it came with; without one, its own code says what it stands for.
 */
export function faultInText(text: string, status?: number): ServerFault {
  const [event] = areEvents(text) ? (/^(?:data|error):.*$/m.exec(text) ?? []) : [];
  const said = event?.replace(/^\w+: ?/, "") ?? text;
  let body: unknown;
  try {
    body = JSON.parse(said);
  } catch {
    return { status: status ?? statusNamed(""), code: null, message: sentenceInPage(said) };
  }
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const error = isRecord(first) && isError(first["error"]) ? first["error"] : first;
  return readFault(error, status, isRecord(first) ? first : {});
}

/** Some servers have an empty error in every answer. */
function isError(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function readFault(error: unknown, status?: number, around: JsonRecord = {}): ServerFault {
  const fields = isRecord(error) ? lowered(error) : {};
  const codes = [...codesIn(fields), ...codesIn(lowered(around))];
  const numeric = codes.map(Number).find((code) => code >= 400 && code < 600);
  const code = codes.map(String).find(isOwnCode) ?? null;
  const message = sentenceOf(error);
  return {
    status: status ?? numeric ?? statusNamed(`${code ?? ""} ${textIn(fields["type"])}`),
    code,
    message: message === "" ? (code ?? "") : message,
  };
}

/** Where providers put their sentence, in any case. */
const sentenceFields = [
  "message detail msg error errors error_msg error_message errormessage",
  "status_msg base_resp text error_description title",
].flatMap((line) => line.split(" "));

const codeFields = "code error_code errorcode status_code status".split(" ");

/** The codes of an error, and of the first one inside it. */
function codesIn(fields: JsonRecord): unknown[] {
  const inner = ["errors", "error", "base_resp", "detail"].flatMap((field) =>
    recordsOf([fields[field]].flat()).slice(0, 1).map(lowered),
  );
  return [fields, ...inner]
    .flatMap((holder) => codeFields.map((field) => holder[field]))
    .filter((code) => typeof code === "string" || typeof code === "number");
}

/** A code that is no HTTP status, and says something. */
function isOwnCode(code: string): boolean {
  return !/^(?:[1-5]\d\d|0*|none|null|undefined|error)$/i.test(code);
}

function isSuccess(code: unknown): boolean {
  return /^(?:0|200|ok|success)$/i.test(String(code));
}

function lowered(record: JsonRecord): JsonRecord {
  const entries = Object.entries(record);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

/** OpenRouter says in `metadata.raw` what the provider behind it said; FastAPI lists its reasons in `detail`. */
function sentenceOf(error: unknown): string {
  if (typeof error === "string") return sentenceInJson(error) ?? error;
  if (Array.isArray(error)) return error.map(sentenceOf).join("; ");
  if (!isRecord(error)) return "";
  const fields = lowered(error);
  const said = sentenceFields.map((field) => fields[field]);
  const sentence = said.map(sentenceOf).find((text) => text !== "");
  const metadata = isRecord(fields["metadata"]) ? fields["metadata"] : {};
  const raw = metadata["raw"];
  const inner = typeof raw === "string" ? faultInText(raw).message : sentenceOf(raw);
  const where = Array.isArray(fields["loc"]) ? `${fields["loc"].join(".")}: ` : "";
  if (sentence === undefined) return inner === "" ? JSON.stringify(error) : inner;
  return inner === "" || sentence.includes(inner) ? where + sentence : `${sentence}: ${inner}`;
}

/** Gateways put the error of the server behind them into theirs as it came. */
function sentenceInJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return sentenceOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The title of a page, or else what can be read on it. */
function sentenceInPage(text: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]?.trim();
  const plain = text.replaceAll(/<(style|script|title)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ").trim();
  const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return Object.entries(entities).reduce(
    (read, [entity, letter]) => read.replaceAll(entity, letter),
    title || plain,
  );
}

const statusesByName: readonly (readonly [RegExp, number])[] = [
  [/rate.?limit|too.?many|quota|exhausted|throttl/i, 429],
  [/unauth|api.?key|authentication/i, 401],
  [/permission|forbidden/i, 403],
  [/not.?found/i, 404],
  [/invalid|context.?length|bad.?request|unsupported|failed.?precondition/i, 400],
];

/** An error that names nothing known is the server's own, which is worth another try. */
function statusNamed(name: string): number {
  return statusesByName.find(([pattern]) => pattern.test(name))?.[1] ?? 500;
}
