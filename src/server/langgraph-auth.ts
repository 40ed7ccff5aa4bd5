import { Auth, HTTPException } from "@langchain/langgraph-sdk/auth";
import { getPath } from "hono/utils/url";
import { LRUCache } from "lru-cache";
import { type Caller, expectOperator, forbidden, isOwnName } from "../auth/caller.js";
import type { SignIn } from "../auth/sign-in.js";
import { type UserKey, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { errorOfPath } from "./answer-errors.js";
import { errorStatus } from "./http-errors.js";
import { requestIdOf } from "./request-id.js";

/** What may be asked on behalf of nobody: whether the server is up, and the console's files, which hold no data. */
const openPath = /^\/(?:ok|console(?:\/.*)?)$/;
const operatorPermission = "operator";
/** Far more runs than a server has at a time. */
const mostRuns = 100_000;

/** Whose the runs without a thread are: the server keeps no other record that can be asked. */
export type RunOwners = LRUCache<string, UserKey>;

export interface LangGraphAuth {
  readonly auth: Auth;
  readonly runOwners: RunOwners;
}

/** LangGraph writes the user into the run and each of its checkpoints as JSON, which leaves a symbol out. */
const userIdOf = Symbol("userId");

/** The user as LangGraph keeps them. The identity is the key: it appears in traces. */
interface LangGraphUser {
  readonly identity: string;
  readonly permissions: string[];
  readonly [userIdOf]?: string;
}

/** The metadata of an assistant; empty if there is none of that id. */
export type ReadAssistant = (id: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * `auth` of `langgraph.json`: who calls, and what of LangGraph's is theirs. Threads, runs and assistants carry their
 * user's key as metadata `userId`; a run is always its caller's, whatever it names. In the LangGraph store, a user has the
 * namespaces that begin with their key; the records of memory are in others.
 */
export function createLangGraphAuth(signIn: SignIn, readAssistant: ReadAssistant): LangGraphAuth {
  const runOwners: RunOwners = new LRUCache({ max: mostRuns });
  const auth = new Auth()
    .authenticate(async (request) => {
      if (/^(?:GET|HEAD)$/.test(request.method) && openPath.test(getPath(request)))
        return { identity: "nobody", permissions: [] };
      try {
        const caller = await signIn.callerOf(request.headers);
        // It deletes everything of everybody, and is reached before any code of ours but this.
        if (getPath(request).startsWith("/internal")) expectOperator(caller);
        return asUser(caller);
      } catch (error) {
        throw refusal(error, requestIdOf(request.headers), getPath(request));
      }
    })
    .on("*", (event) => protect(event, () => forbidUsers()))
    .on("threads", (event) =>
      protect(event, async (user) => {
        const { value } = event;
        if (event.action === "create_run") {
          const run = value as { assistant_id: string; run_id: string; kwargs: RunKwargs };
          await expectAssistant(run.assistant_id, user);
          runOwners.set(run.run_id, user.key);
          claimRun(run.kwargs, user);
        }
        if (["create", "create_run", "update"].includes(event.action))
          claim(value as { metadata?: unknown }, user);
        return { userId: user.key };
      }),
    )
    .on("assistants", (event) =>
      protect(event, async (user) => {
        const { assistant_id: id, metadata } = event.value as {
          assistant_id?: string;
          metadata?: Record<string, unknown> | null;
        };
        if (event.action === "search" && metadata?.["created_by"] === "system")
          return { created_by: "system" };
        if (event.action === "read" && id !== undefined && (await isShared(id)))
          return { created_by: "system" };
        if (event.action === "create" || (event.action === "update" && metadata)) {
          if (metadata?.["created_by"] === "system")
            throw forbidden("The metadata says that the system made the assistant.");
          claim(event.value as { metadata?: unknown }, user);
        }
        return { userId: user.key };
      }),
    )
    .on("store", (event) =>
      protect(event, (user) => {
        const { namespace } = event.value as { namespace?: readonly string[] | null };
        if (namespace?.[0] !== user.key)
          throw forbidden(
            `In the store, a user has the namespaces that begin with the user's key, ${JSON.stringify(user.key)}; expected one of them.`,
          );
        return { namespace: { $contains: user.key } };
      }),
    );
  return { auth, runOwners };

  async function isShared(id: string): Promise<boolean> {
    return (await readAssistant(id))["created_by"] === "system";
  }

  /** LangGraph runs any assistant for anybody, with the settings in it. */
  async function expectAssistant(id: string, { key }: SignedIn): Promise<void> {
    const { created_by: maker, userId } = await readAssistant(id);
    if (maker !== "system" && userId !== key)
      throw new HTTPException(404, { message: "Assistant not found" });
  }
}

interface SignedIn {
  readonly userId: string;
  readonly key: UserKey;
}

type Filter = Record<string, string | { readonly $contains: string }>;

/** What an operator does is not checked; for a user, `check` gives what their things are known by. */
async function protect(
  { user }: { readonly user: unknown },
  check: (user: SignedIn) => Filter | Promise<Filter>,
): Promise<Filter> {
  const { permissions, [userIdOf]: userId } = user as LangGraphUser;
  // No filter, which the type of a handler does not allow beside one.
  if (permissions.includes(operatorPermission)) return undefined as unknown as Filter;
  try {
    // Without an id: Studio, if the server's configuration lets it in by itself, and nobody.
    if (userId === undefined) return forbidUsers();
    return await check({ userId, key: userKey(userId) });
  } catch (error) {
    throw refusal(error, requestIdOf(new Headers()));
  }
}

function forbidUsers(): never {
  expectOperator({ isOperator: false, userId: "" });
  throw new Error("unreachable");
}

function asUser(caller: Caller): LangGraphUser {
  if (caller.isOperator) return { identity: "operator", permissions: [operatorPermission] };
  const { userId } = caller;
  return { identity: userKey(userId), permissions: [], [userIdOf]: userId };
}

interface RunKwargs {
  context?: unknown;
  readonly webhook?: string;
}

/** LangGraph reads both back, and the context wins over every other place that may name a user. */
function claimRun(kwargs: RunKwargs, { userId }: SignedIn): void {
  if (kwargs.webhook !== undefined)
    throw forbidden("A webhook makes the server send requests; expected none of a user's run.");
  const named = (kwargs.context as { readonly userId?: unknown } | undefined)?.userId;
  if (named !== undefined && !isOwnName(userId, named))
    throw forbidden("The run's context names another user; expected the one who is signed in.");
  kwargs.context = { ...(kwargs.context as object | undefined), userId };
}

function claim(value: { metadata?: unknown }, { userId, key }: SignedIn): void {
  const metadata = (value.metadata ?? {}) as Readonly<Record<string, unknown>>;
  const named = metadata["userId"];
  if (named !== undefined && !isOwnName(userId, named))
    throw forbidden("The metadata names another user; expected the one who is signed in.");
  value.metadata = { ...metadata, userId: key };
}

/** LangGraph answers with the message as it is. */
function refusal(error: unknown, requestId: string, path = ""): unknown {
  if (!PersonaAgentError.is(error)) return error;
  return new HTTPException(errorStatus(error), {
    message: JSON.stringify(errorOfPath(path, error, requestId)),
    headers: {
      "content-type": "application/json",
      "x-request-id": requestId,
      ...(error.code === "auth-missing" && { "www-authenticate": "Bearer" }),
    },
    cause: error,
  });
}
