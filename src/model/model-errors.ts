import { PersonaAgentError, type PersonaAgentErrorCode } from "../system/errors.js";

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
  const [code, line] =
    status === undefined ? describeBroken(chain, said) : describeStatus(status, said);
  return new PersonaAgentError(code, line, {
    details: { status: status ?? null, said },
    cause: error,
  });
}

type Described = readonly [PersonaAgentErrorCode, string];

const unavailable = (line: string): Described => ["model-unavailable", line];
const invalid = (line: string): Described => ["model-output-invalid", line];

function describeStatus(status: number, said: string): Described {
  if (status === 401 || status === 403) {
    const line = `The model's server refused the key (${status}); expected one that may use this model. Check OPENAI_API_KEY.`;
    return ["model-key-refused", line];
  }
  if (status === 404)
    return unavailable(
      `The model's server does not have this model, or has no such address (404): ${said} Check the model's name and OPENAI_BASE_URL.`,
    );
  if (status === 429)
    return unavailable(
      `The model's server refuses more requests for now (429): ${said} Wait, or check the account's limits.`,
    );
  if (status >= 500 || status === 408)
    return unavailable(
      `The model's server failed (${status}), also when tried again: ${said} Try again later.`,
    );
  return unavailable(
    `The model's server refused the request (${status}): ${said} Check that the model can do what was asked, and the prompt's length.`,
  );
}

function describeBroken(chain: readonly Error[], said: string): Described {
  const code = chain.map(systemCode).find((found) => found !== undefined);
  const anyMessage = (pattern: RegExp) => chain.some(({ message }) => pattern.test(message));
  const anyName = (pattern: RegExp) => chain.some(({ name }) => pattern.test(name));
  // Node's own fetch gives up after five minutes of silence.
  if (anyName(/^TimeoutError$/) || code?.endsWith("TIMEOUT"))
    return unavailable("The model did not answer in time. Check the model server.");
  if (anyMessage(/^terminated$|other side closed/i))
    return unavailable(
      "The connection to the model was cut in the middle of its answer. Try again.",
    );
  if (code !== undefined || anyMessage(/connection error|fetch failed/i))
    return unavailable(
      `The model's server could not be reached (${code ?? "no connection"}). Check that it runs, OPENAI_BASE_URL and the network.`,
    );
  // The clients fail on a missing field when a web page or another object is no answer.
  if (anyName(/^(Syntax|Type)Error$/))
    return invalid(
      "The model's server answered with something that is not OpenAI's protocol. Check OPENAI_BASE_URL.",
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

/** `ECONNREFUSED` and its like, as Node names them. */
function systemCode(error: Error): string | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  return /^(E[A-Z]{3,}|UND_ERR_\w+)$/.test(error.code) ? error.code : undefined;
}

/** What the provider said, on one line that ends like a sentence, without anything that looks like a key. */
function providerMessage(chain: readonly Error[]): string {
  const [line = ""] = (chain[0]?.message ?? "").split("\n\nTroubleshooting URL");
  const clean = line
    .replaceAll(/\b(?:sk|rk|pk)-[\w*-]{4,}|\bBearer\s+\S+/gi, "[key]")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 300);
  return clean === "" ? "no reason given." : /[.!?]$/.test(clean) ? clean : `${clean}.`;
}
