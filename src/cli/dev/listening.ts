import { createSignIn } from "../../auth/sign-in.js";
import { isLoopback, namesSignIn, readSignInSettings } from "../../auth/sign-in-settings.js";

/**
 * Sign-in for a server that listens on `host`, and what the command added to the environment for it: nobody else reaches
 * the loopback, and a first try should need no key.
 *
 * @throws {PersonaAgentError} As `readSignInSettings`.
 */
export async function signInFor(env: Readonly<Record<string, string | undefined>>, host: string) {
  const asked = namesSignIn(env) || !isLoopback(host) ? {} : { AUTH: "off" };
  const settings = readSignInSettings({ ...env, ...asked }, host);
  return { asked, settings, signIn: await createSignIn(settings) };
}

/** The address at which this machine reaches a server that listens there. */
export function addressOn(host: string, port: number): string {
  return `http://${/^(0\.0\.0\.0|::)$/.test(host) ? "localhost" : host}:${port}`;
}
