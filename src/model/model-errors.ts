import { PersonaAgentError, type PersonaAgentErrorCode } from "../errors.js";

/**
 * One clear line for whatever a model's client threw: `model-key-refused`, `model-unavailable` or
 * `model-output-invalid`, with the client's error as `cause`. Never holds a key. An error that is ours
 * already comes back as it is, and so does an abort: stopping is not a fault of the model.
 *
 * @param signal - The call's own, when it had one: it may have been aborted with any reason.
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

function describeStatus(status: number, said: string): Described {
  if (status === 401 || status === 403)
    return [
      "model-key-refused",
      `The model's server refused the key (${status}); expected one that may use this model. Check OPENAI_API_KEY.`,
    ];
  if (status === 404)
    return [
      "model-unavailable",
      `The model's server does not have this model, or has no such address (404): ${said} Check the model's name and OPENAI_BASE_URL.`,
    ];
  if (status === 429)
    return [
      "model-unavailable",
      `The model's server refuses more requests for now (429): ${said} Wait, or check the account's limits.`,
    ];
  if (status >= 500 || status === 408)
    return [
      "model-unavailable",
      `The model's server failed (${status}), tries included: ${said} Try again later.`,
    ];
  return [
    "model-unavailable",
    `The model's server refused the request (${status}): ${said} Check that the model can do what was asked, and the prompt's length.`,
  ];
}

function describeBroken(chain: readonly Error[], said: string): Described {
  const code = chain.map(systemCode).find((found) => found !== undefined);
  // Node's own fetch gives up after five minutes of silence.
  if (chain.some((link) => link.name === "TimeoutError") || code?.endsWith("TIMEOUT"))
    return ["model-unavailable", "The model did not answer in time. Check the model server."];
  if (chain.some((link) => /^terminated$|other side closed/i.test(link.message)))
    return [
      "model-unavailable",
      "The connection to the model was cut in the middle of its answer. Try again.",
    ];
  if (
    code !== undefined ||
    chain.some((link) => /connection error|fetch failed/i.test(link.message))
  )
    return [
      "model-unavailable",
      `The model's server could not be reached (${code ?? "no connection"}). Check that it runs, OPENAI_BASE_URL and the network.`,
    ];
  // A page or an object that is no answer makes the clients fail on a field that is missing.
  if (chain.some((link) => /^(Syntax|Type)Error$/.test(link.name)))
    return [
      "model-output-invalid",
      "The model's server answered with something that is not OpenAI's protocol. Check OPENAI_BASE_URL.",
    ];
  if (chain.some((link) => /empty response/i.test(link.message)))
    return ["model-output-invalid", "The model's answer was empty. Try again, or another model."];
  return ["model-unavailable", `The call of the model failed: ${said} Try again.`];
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
