import type { PersonaAgentErrorCode } from "../../errors.js";

/** What the server process is told once, as its first message. */
export interface ServerOrder {
  /** The data folder, which the lock is taken on. It exists. */
  readonly folder: string;
  /** Where Chroma keeps its files. */
  readonly path: string;
  readonly port: number;
  /** Files of native libraries; the first that loads is run. */
  readonly bindings: readonly string[];
  /** The process id to name to whoever finds the folder locked. */
  readonly startedBy: number;
  /** For how long to wait for the folder's lock, in milliseconds. */
  readonly lockWaitMs: number;
}

/** What the server process answers, once. After anything but `serving` it waits to be ended. */
export type ServerReport =
  | { readonly kind: "serving" }
  | { readonly kind: "port-taken" }
  | { readonly kind: "no-binding"; readonly reason: string }
  | {
      readonly kind: "failed";
      /** Null for an error that was not raised on purpose. */
      readonly code: PersonaAgentErrorCode | null;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
