import { stripVTControlCharacters } from "node:util";
import { PersonaAgentError, type PersonaAgentErrorCode } from "../system/errors.js";
import { blotKeys } from "./server/blot-keys.js";

/**
 * One clear line for an error of a model's client: `model-key-refused`, `model-unavailable` or `model-output-invalid`,
 * with the client's error as `cause`. Never holds a key. Our own errors are returned unchanged, and so are aborts, which
 * are no fault of the model.
 *
 * @param signal - The call's own, if it had one: it may have been aborted with any reason.
 */
export function describeModelError(error: unknown, signal?: AbortSignal): Error {
  const chain = causes(error);
  const ours = chain.find((link) => PersonaAgentError.is(link));
  if (ours !== undefined) return ours;
  const [first] = chain;
  if (first !== undefined && (signal?.aborted === true || chain.some(isAbort))) return first;
  const status = chain.map(statusOf).find((found) => found !== undefined);
  const said = providerMessage(chain);
  const named = [status, chain.map(codeOf).find((found) => found !== undefined)];
  const codes = named.filter((part) => part !== undefined).join(" ");
  const [code, line, isOfAll = false] =
    status === undefined ? describeBroken(chain, said) : describeStatus(status, codes, said);
  return new PersonaAgentError(code, line, {
    details: { status: status ?? null, said, ...(isOfAll && { isOfAll }) },
    cause: error,
  });
}

/**
 * Whether a model call failed for a reason that need not hold for the next one: a time limit, a prompt that is too
 * long, a server's fault that stayed. Not where every call would fail: the key, the model's name, the account, tools
 * that the server lacks, no connection at all (`details.isOfAll`).
 */
export function concernsOneCall(error: unknown): error is PersonaAgentError {
  return PersonaAgentError.is(error, "model-unavailable") && error.details["isOfAll"] !== true;
}

/** The last one: whether every other call would fail like this one. */
type Described = readonly [PersonaAgentErrorCode, string, isOfAll?: boolean];

const unavailable = (line: string): Described => ["model-unavailable", line];
const unavailableToAll = (line: string): Described => ["model-unavailable", line, true];
const invalid = (line: string): Described => ["model-output-invalid", line];

function describeStatus(status: number, codes: string, said: string): Described {
  if (status === 401 || status === 403) {
    const line =
      status === 401
        ? `The model's server refused the key (${codes}): ${said} Check OPENAI_API_KEY, or the key that the model was given.`
        : `The model's server does not allow this (${codes}): ${said} Check what was asked, the model's name and its key.`;
    return ["model-key-refused", line];
  }
  if (lacksTools(said))
    return unavailableToAll(
      `The model's server takes no tools (${codes}): ${said} Set \`allowedTools\` to [] (\`--tools none\` on the command line), or use a model with tools.`,
    );
  if (status === 402)
    return unavailableToAll(
      `The model's server wants to be paid (${codes}): ${said} Check the account.`,
    );
  if (status === 404)
    return unavailableToAll(
      `The model's server does not have this model, or has no such address (${codes}): ${said} Check the model's name and its address (OPENAI_BASE_URL).`,
    );
  if (status === 429)
    return (/insufficient_quota/.test(codes) ? unavailableToAll : unavailable)(
      `The model's server refuses more requests for now (${codes}): ${said} Wait, or check the account's limits.`,
    );
  if (status >= 500 || status === 408)
    return unavailable(
      `The model's server failed (${codes}), also when tried again: ${said} Try again later.`,
    );
  return unavailable(
    `The model's server refused the request (${codes}): ${said} Check that the model can do what was asked, and the prompt's length.`,
  );
}

/** As Ollama, vLLM, llama.cpp and OpenRouter say it. */
function lacksTools(said: string): boolean {
  return (
    /\b(tools?|tool use|tool choice|function calling)\b/i.test(said) &&
    /not support|unsupported|no endpoints|requires? --|not (enabled|available)/i.test(said)
  );
}

function describeBroken(chain: readonly Error[], said: string): Described {
  const code = chain.map(systemCode).find((found) => found !== undefined);
  const anyMessage = (pattern: RegExp) => chain.some(({ message }) => pattern.test(message));
  const anyName = (pattern: RegExp) => chain.some(({ name }) => pattern.test(name));
  if (anyName(/^TimeoutError$/) || code?.endsWith("TIMEOUT"))
    return unavailable("The model did not answer in time. Check the model server.");
  if (anyMessage(/^terminated$|other side closed/i))
    return unavailable(
      "The connection to the model was cut in the middle of its answer. Try again.",
    );
  if (code !== undefined || anyMessage(/connection error|fetch failed/i))
    return (isReset(code) ? unavailable : unavailableToAll)(
      `The model's server could not be reached (${code ?? "no connection"}). Check that it runs, its address (OPENAI_BASE_URL) and the network.`,
    );
  // The clients fail on a missing field when a web page or another object is no answer.
  if (anyName(/^(Syntax|Type)Error$/))
    return invalid(
      "The model's server answered with something that is not its protocol. Check its address (OPENAI_BASE_URL).",
    );
  if (anyMessage(/empty response/i))
    return invalid("The model's answer was empty. Try again, or another model.");
  return unavailable(`The call of the model failed: ${said} Try again.`);
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  let link = error instanceof Error ? error : new Error(String(error));
  while (!chain.includes(link) && chain.length < 8) {
    chain.push(link);
    if (!(link.cause instanceof Error)) break;
    link = link.cause;
  }
  return chain;
}

function isAbort(error: Error): boolean {
  // LangChain's streams throw a plain error with that name as its text.
  return /^(Model)?AbortError$/.test(error.name) || error.message === "AbortError";
}

function statusOf(error: Error): number | undefined {
  return "status" in error && typeof error.status === "number" ? error.status : undefined;
}

/** The provider's own code, as `rate_limit_exceeded` or `1113`; the status is told anyway. */
function codeOf(error: Error): string | undefined {
  if (!("code" in error) || typeof error.code !== "string" || systemCode(error) !== undefined)
    return undefined;
  return /^[a-z\d][\w.-]{1,80}$/i.test(error.code) ? error.code : undefined;
}

/** `ECONNREFUSED` and its like, as Node names them. */
function systemCode(error: Error): string | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  return /^(E[A-Z]{3,}|UND_ERR_\w+)$/.test(error.code) ? error.code : undefined;
}

/** Whether a connection existed, so that the next one may hold. */
function isReset(code: string | undefined): boolean {
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

/** Longest sentence of a provider that is repeated, in UTF-16 units: some send a page. */
const maxSaidLength = 4_000;

/** Controls, and changes of direction, which a terminal obeys and does not show. */
const unseen = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** What the provider said, on one line that ends like a sentence, without anything that looks like a key. */
function providerMessage(chain: readonly Error[]): string {
  const [text = ""] = (chain[0]?.message ?? "").split("\n\nTroubleshooting URL");
  const clean = blotKeys(stripVTControlCharacters(text))
    // The client writes the status first.
    .replace(/^\d{3} (?=\S)/, "")
    .replaceAll(unseen, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, maxSaidLength);
  return clean === "" ? "no reason given." : /[.!?]$/.test(clean) ? clean : `${clean}.`;
}
