import { isIPv6 } from "node:net";
import type { PersonaAgentErrorCode } from "../../system/errors.js";

/** Where a server that listens on `host` is reached from this machine. */
export function urlOf(host: string, port: number): string {
  const name = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}

/** The first and only message to the server process. */
export interface ServerOrder {
  /** The folder of Chroma's files, which gets the lock. It exists. */
  readonly path: string;
  readonly host: string;
  readonly port: number;
  /** Files of native libraries; the first that loads is run. */
  readonly bindings: readonly string[];
  /** The process id that the lock names. */
  readonly startedBy: number;
  /** How long to wait for the folder's lock, in milliseconds. */
  readonly lockWaitMs: number;
}

/** The only answer of the server process. After anything but `serving` it waits until it is ended. */
export type ServerReport =
  | { readonly kind: "serving" }
  | { readonly kind: "port-taken" }
  | { readonly kind: "no-binding"; readonly reason: string }
  | {
      readonly kind: "failed";
      /** Null unless it was a `PersonaAgentError`. */
      readonly code: PersonaAgentErrorCode | null;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
