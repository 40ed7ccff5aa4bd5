import { PersonaAgentError } from "../system/errors.js";

/**
 * The user of a call: the signed-in identity if there is one, else the one that the request names.
 *
 * @param named - As the request names them, in whatever way its protocol has for it.
 * @throws {PersonaAgentError} Where there is no user, or the caller may not act for them.
 */
export type UserOf = (request: Request, named: string | undefined) => Promise<string>;

/** Whom a request names, in itself or in a header. */
export function namedIn(headers: Headers, named: string | undefined): string | undefined {
  return named ?? firstHeader(headers, userHeaders);
}

export function nobodyNamed(): PersonaAgentError {
  return new PersonaAgentError(
    "config-user-invalid",
    "The request names no user; expected one, because every user has an agent of their own. Name them in the field `user` or in the header x-user-id.",
    { details: { param: "user" } },
  );
}

/** Ours, and what Open WebUI sends where its ENABLE_FORWARD_USER_INFO_HEADERS is on. */
const userHeaders = ["x-user-id", "x-openwebui-user-id"];

/** The first of these headers that is there and not empty. */
export function firstHeader(headers: Headers, names: readonly string[]): string | undefined {
  return names.map((name) => headers.get(name)?.trim()).find((value) => value);
}
