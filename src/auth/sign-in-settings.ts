import { PersonaAgentError } from "../system/errors.js";
import { programName } from "../system/own-program.js";

/** How tokens (JWT) of an identity provider are checked. */
export interface TokenSettings {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the user's id. */
  readonly userClaim: string;
  readonly rolesClaim: string;
  /** The role that makes an operator; no token does unless it is set. */
  readonly operatorRole: string | undefined;
}

export type SignInSettings =
  | "off"
  | {
      readonly keysFile: string | undefined;
      readonly tokens: TokenSettings | undefined;
      /** Whether LangGraph Studio comes in as an operator without a key. */
      readonly allowStudio: boolean;
    };

/** `AUTH` and the rest, as the environment has them. */
const names = [
  "AUTH_KEYS_FILE",
  "AUTH_JWKS_URL",
  "AUTH_ISSUER",
  "AUTH_AUDIENCE",
  "AUTH_USER_CLAIM",
  "AUTH_ROLES_CLAIM",
  "AUTH_OPERATOR_ROLE",
  "AUTH_STUDIO",
] as const;

/** Whether the environment says anything about sign-in. */
export function namesSignIn(env: Readonly<Record<string, string | undefined>>): boolean {
  return ["AUTH", ...names].some((name) => (env[name]?.trim() ?? "") !== "");
}

/**
 * The settings of sign-in for a server.
 *
 * @param host - The name or address that the server listens on, if it is known.
 * @throws {PersonaAgentError} `config-invalid` where no sign-in is set up, unless `AUTH=off` asks for none and the server
 *   listens on this machine only.
 */
export function readSignInSettings(
  env: Readonly<Record<string, string | undefined>>,
  host: string | undefined,
): SignInSettings {
  const read = (name: "AUTH" | (typeof names)[number]) => env[name]?.trim() || undefined;
  const isLocal = host !== undefined && isLoopback(host);
  const auth = read("AUTH");
  if (auth !== undefined && auth !== "off")
    throw invalid(`AUTH is ${JSON.stringify(auth.slice(0, 40))}; expected off, or nothing.`);
  if (auth === "off") {
    const other = names.find((name) => read(name) !== undefined);
    if (other !== undefined)
      throw invalid(`AUTH is off and ${other} is set; expected one of them. Unset the other.`);
    if (!isLocal)
      throw invalid(
        `AUTH is off, and the server does not listen on this machine only (${host ?? "unknown address"}); expected sign-in there. ${howTo}`,
      );
    return "off";
  }
  const keysFile = read("AUTH_KEYS_FILE");
  const jwksUrl = read("AUTH_JWKS_URL");
  if (keysFile === undefined && jwksUrl === undefined)
    throw invalid(
      `No sign-in is set up; expected AUTH_KEYS_FILE or AUTH_JWKS_URL, or AUTH=off for a server on this machine only. ${howTo}`,
    );
  const studio = read("AUTH_STUDIO");
  if (studio !== undefined && studio !== "on")
    throw invalid(
      `AUTH_STUDIO is ${JSON.stringify(studio.slice(0, 40))}; expected on, or nothing.`,
    );
  if (studio === "on" && !isLocal)
    throw invalid(
      `AUTH_STUDIO is on, and the server does not listen on this machine only (${host ?? "unknown address"}); expected Studio to sign in there. Unset it.`,
    );
  const [issuer, audience] = [read("AUTH_ISSUER"), read("AUTH_AUDIENCE")];
  const operatorRole = read("AUTH_OPERATOR_ROLE");
  if (jwksUrl === undefined) {
    const needless = names
      .slice(names.indexOf("AUTH_ISSUER"), names.indexOf("AUTH_STUDIO"))
      .find((name) => read(name) !== undefined);
    if (needless !== undefined)
      throw invalid(`${needless} is set without AUTH_JWKS_URL; expected both. Set it too.`);
    return { keysFile, tokens: undefined, allowStudio: studio === "on" };
  }
  expectSafeUrl(jwksUrl);
  if (issuer === undefined || audience === undefined)
    throw invalid(
      `AUTH_JWKS_URL is set without ${issuer === undefined ? "AUTH_ISSUER" : "AUTH_AUDIENCE"}; expected both of them, or a token made for another service would be taken. Set it.`,
    );
  const tokens = {
    jwksUrl,
    issuer,
    audience,
    userClaim: read("AUTH_USER_CLAIM") ?? "sub",
    rolesClaim: read("AUTH_ROLES_CLAIM") ?? "roles",
    operatorRole,
  };
  return { keysFile, tokens, allowStudio: studio === "on" };
}

/** Whether only this machine reaches a server that listens there. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function expectSafeUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:") return;
  if (url?.protocol === "http:" && isLoopback(url.hostname)) return;
  throw invalid(
    `AUTH_JWKS_URL is ${JSON.stringify(text.slice(0, 200))}; expected an address with https. Correct it.`,
  );
}

const howTo = `Set AUTH_KEYS_FILE=keys.jsonl, and make a key: ${programName(import.meta.url)} key --operator.`;

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
