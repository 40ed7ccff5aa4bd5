import type { VerbOutput } from "../../contract/verbs.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { callVerb } from "../../app/verbs/call-verb.js";
import type { CallVerb } from "../../app/verbs/verb-hooks.js";
import { serverHeaders } from "./server-headers.js";
import { type CommandContext, untilStopped, withAgent } from "../cli-context.js";

/** The option of every command that reads or writes what is remembered of users. */
export interface ServerOption {
  /** The address of a server, which is used in place of the data folder. */
  readonly url?: string | undefined;
}

/**
 * The verbs for as long as `work` takes: of an agent on the data folder, or of the server that `--url` names.
 *
 * @param options - As of `withAgent`, but that a data folder must exist unless it is told.
 */
export async function withVerbs<Result>(
  context: CommandContext,
  { url }: ServerOption,
  work: (call: CallVerb) => Promise<Result>,
  options: {
    readonly handlesSignal?: boolean;
    readonly background?: boolean;
    readonly mustExist?: boolean;
  } = {},
): Promise<Result> {
  if (url === undefined)
    return withAgent(
      context,
      (agent) => work((name, input, hooks) => callVerb(agent, name, input, hooks)),
      { mustExist: true, ...options },
    );
  const { remoteVerbs } = await import("./remote-verbs.js");
  const { signal } = context;
  const call = remoteVerbs(url, signal, serverHeaders(context.env));
  return options.handlesSignal === true ? work(call) : untilStopped(signal, () => work(call));
}

/** The log as checkpoints. Those that were never in use have a number that no version has. */
export function checkpointsOf(entries: VerbOutput<"log">): PersonaCheckpoint[] {
  return entries.map(({ version, ...entry }) => ({ ...entry, version: version ?? neverInUse }));
}

export async function readLog(call: CallVerb, user: string): Promise<PersonaCheckpoint[]> {
  return checkpointsOf(await call("log", { user }));
}

const neverInUse = -1;

/** Whether anything is remembered of a user: an interaction, or a persona of their own. */
export async function isKnown(call: CallVerb, user: string): Promise<boolean> {
  if ((await call("list", { user, limit: 1 })).length > 0) return true;
  return (await call("log", { user })).length > 1;
}

/** What a command says of a user of whom nothing is remembered. */
export function noMemoryOf(user: string): string {
  return `No memory of user ${JSON.stringify(user)}`;
}
