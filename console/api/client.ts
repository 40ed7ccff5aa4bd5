import createClient, { type FetchResponse } from "openapi-fetch";
import type { operations, paths } from "./generated/routes.js";
import { signedHeaders } from "./session.js";

/** What a route gives, by the name of its verb. */
export type Result<Name extends keyof operations> = Exclude<
  FetchResponse<operations[Name], object, "application/json">["data"],
  undefined
>;

/** A request that failed, with the one line that says why. */
export class RequestError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The server's routes, typed as its OpenAPI document has them. Use `unwrap` on what it gives. */
export const api = createClient<paths>({ baseUrl: window.location.origin });

api.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(signedHeaders())) request.headers.set(name, value);
    return request;
  },
  onError: () =>
    new RequestError("unreachable", "The server does not answer. Is it still running?", 0),
});

/** @throws {RequestError} */
export async function unwrap<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  // `null` is a result, too.
  if (response.ok) return data as Data;
  throw asRequestError(error, response.status);
}

export function asRequestError(body: unknown, status: number): RequestError {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown } };
  return typeof error?.message === "string"
    ? new RequestError(String(error.code), error.message, status)
    : new RequestError("unexpected", `The server answered with status ${status}.`, status);
}
