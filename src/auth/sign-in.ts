import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { ApiKeys } from "./api-keys.js";
import { type Caller, operator } from "./caller.js";
import { isOwnCall } from "./own-calls.js";
import type { SignInSettings, TokenSettings } from "./sign-in-settings.js";

/** Finds out who sent a request. */
export interface SignIn {
  /** False where nobody signs in: then everybody is an operator. */
  readonly isOn: boolean;
  /**
   * @throws {PersonaAgentError} `auth-missing` for no, a wrong or an expired key or token; `auth-unavailable` where it
   *   cannot be checked.
   */
  callerOf(headers: Headers): Promise<Caller>;
}

export const noSignIn: SignIn = { isOn: false, callerOf: () => Promise.resolve(operator) };

/** @throws {PersonaAgentError} `config-file-invalid` where the file of keys cannot be read. */
export async function createSignIn(settings: SignInSettings): Promise<SignIn> {
  if (settings === "off") return noSignIn;
  const { keysFile, tokens, allowStudio } = settings;
  const keys = keysFile === undefined ? undefined : new ApiKeys(keysFile);
  await keys?.load();
  const verify = tokens && tokenVerifier(tokens);
  return {
    isOn: true,
    async callerOf(headers) {
      const given = credentialOf(headers);
      if (given === undefined) {
        if (allowStudio && headers.get("x-auth-scheme") === "langsmith") return operator;
        throw missing("Nobody is signed in");
      }
      if (isOwnCall(given)) return operator;
      if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(given)) {
        if (verify === undefined) throw missing("A token was given, and this server takes keys");
        return verify(given);
      }
      const caller = await keyOwner(keys, given);
      if (caller === undefined) throw missing("This server does not know the key");
      return caller;
    },
  };
}

/** `authorization: Bearer …`, else `x-api-key`, as LangGraph's clients send a key. */
function credentialOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization === null) return headers.get("x-api-key")?.trim() || undefined;
  return /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? "";
}

async function keyOwner(keys: ApiKeys | undefined, key: string): Promise<Caller | undefined> {
  try {
    return await keys?.find(key);
  } catch (cause) {
    if (!PersonaAgentError.is(cause)) throw cause;
    // The operator's own message names a file of the server.
    throw new PersonaAgentError(
      "auth-unavailable",
      "The keys cannot be read; expected the server's file of keys. Tell the server's operator.",
      { cause },
    );
  }
}

/** Those that need no shared secret. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].concat(
  ["ES256", "ES384", "ES512"],
  ["EdDSA", "Ed25519"],
);

function tokenVerifier(settings: TokenSettings): (token: string) => Promise<Caller> {
  const { jwksUrl, issuer, audience, userClaim, rolesClaim, operatorRole } = settings;
  const keySet = createRemoteJWKSet(new URL(jwksUrl));
  return async (token) => {
    const { payload } = await jwtVerify(token, keySet, {
      issuer,
      audience,
      algorithms,
      requiredClaims: ["exp"],
    }).catch((cause: unknown) => {
      throw describe(cause);
    });
    const roles = payload[rolesClaim];
    const held: unknown = typeof roles === "string" ? roles.split(" ") : roles;
    const isOperator = Array.isArray(held) && held.includes(operatorRole);
    if (operatorRole !== undefined && isOperator) return operator;
    try {
      return { isOperator: false, userId: parseUserId(payload[userClaim]) };
    } catch {
      throw missing(`The token's ${userClaim} is no user id`);
    }
  };
}

function describe(cause: unknown): PersonaAgentError {
  if (cause instanceof errors.JWTExpired) return missing("The token has expired");
  if (cause instanceof errors.JWTClaimValidationFailed)
    return missing(`The token's ${cause.claim} is not the expected one`);
  const isRefused =
    cause instanceof errors.JOSEError &&
    !["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(cause.code);
  if (isRefused) return missing("The token is not signed by a known key");
  return new PersonaAgentError(
    "auth-unavailable",
    "The token cannot be checked, because the keys at AUTH_JWKS_URL cannot be fetched; expected a key set there. Try again later.",
    { cause },
  );
}

function missing(reason: string): PersonaAgentError {
  return new PersonaAgentError(
    "auth-missing",
    `${reason}; expected a valid key or token. Send \`authorization: Bearer <key>\`, or set PERSONA_AGENT_API_KEY for the command line.`,
  );
}
