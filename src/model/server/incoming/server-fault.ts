import { isRecord, textIn } from "../json.js";

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
  if (isRecord(choice) && (isError(choice["error"]) || choice["finish_reason"] === "error"))
    return readFault(choice["error"] ?? "The provider ended its answer with an error.");
  const isAnswer = ["choices", "data"].some((field) => Array.isArray(first[field]));
  const saysError = first["object"] === "error" || first["type"] === "error";
  const hasError = sentenceFields.some((field) => isError(first[field]));
  return saysError || (hasError && !isAnswer) ? readFault(first) : null;
}

/** The error in the body of a refusal, which may be JSON of any form, a page, or text. */
export function faultOfStatus(status: number, text: string): ServerFault {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1];
    return { status, code: null, message: title ?? text.replaceAll(/<[^>]*>/g, " ").trim() };
  }
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const error = isRecord(first) && isError(first["error"]) ? first["error"] : first;
  return readFault(error, status, isRecord(first) ? first : {});
}

function isError(value: unknown): boolean {
  return (
    (typeof value === "string" && value !== "") || (typeof value === "object" && value !== null)
  );
}

function readFault(
  error: unknown,
  status?: number,
  around: Readonly<Record<string, unknown>> = {},
): ServerFault {
  const fields = isRecord(error) ? error : {};
  const codes = [fields["code"], around["code"], fields["status"]];
  const numeric = codes.map(Number).find((code) => code >= 400 && code < 600);
  const code = codes.find(
    (value): value is string =>
      typeof value === "string" && !/^\d*$/.test(value) && value !== "error",
  );
  const message = sentenceOf(error);
  return {
    status: status ?? numeric ?? statusNamed(`${code ?? ""} ${textIn(fields["type"])}`),
    code: code ?? null,
    message: message === "" ? (code ?? "") : message,
  };
}

/** Where providers put their sentence. */
const sentenceFields =
  "message detail msg error errors error_msg error_message status_msg base_resp text".split(" ");

/** OpenRouter says in `metadata.raw` what the provider behind it said; FastAPI lists its reasons in `detail`. */
function sentenceOf(error: unknown): string {
  if (typeof error === "string") return sentenceInJson(error) ?? error;
  if (Array.isArray(error)) return error.map(sentenceOf).join("; ");
  if (!isRecord(error)) return "";
  const said = sentenceFields.map((field) => error[field]);
  const sentence = said.map(sentenceOf).find((text) => text !== "");
  const metadata = isRecord(error["metadata"]) ? error["metadata"] : {};
  const raw = metadata["raw"];
  const inner = typeof raw === "string" ? faultOfStatus(500, raw).message : sentenceOf(raw);
  const where = Array.isArray(error["loc"]) ? `${error["loc"].join(".")}: ` : "";
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
