import { PersonaAgentError } from "../../errors.js";

/** How a file that cannot be had is refused. */
export function notFetched(message: string, cause?: unknown): PersonaAgentError {
  return new PersonaAgentError("config-download-failed", message, { cause });
}

/**
 * A request for a file as it is: packed on its way, it would have another length than the one that is announced.
 *
 * @throws {PersonaAgentError} `config-download-failed` when the server cannot be reached or has no such file.
 */
export async function askFile(
  url: string,
  {
    method,
    headers = {},
    signal,
  }: {
    readonly method: "GET" | "HEAD";
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { ...headers, "accept-encoding": "identity" },
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw notFetched(
      `${url} could not be asked for (${reasonOf(error)}); expected a web server. Check the network and the address, and try again.`,
      error,
    );
  }
  if (response.status !== 404 && response.status !== 410) return response;
  await response.body?.cancel();
  throw notFetched(
    `${url} is not there (${response.status}); expected one of LaMP's files. Look at LaMP's site for where it lies now, and name that with --from.`,
  );
}

/**
 * The size that the server announces, in bytes; `null` where it says none, or answers to no such question.
 *
 * @throws {PersonaAgentError} `config-download-failed` as `askFile`.
 */
export async function sizeOf(url: string, signal: AbortSignal): Promise<number | null> {
  const response = await askFile(url, { method: "HEAD", signal });
  return response.ok ? bytesOf(response.headers.get("content-length")) : null;
}

export function bytesOf(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The innermost reason of a failed request: `fetch` itself says no more than that it failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const text = error.message === "" ? code : error.message;
  return (text === "" ? error.name : text).replaceAll(/\s+/g, " ");
}
