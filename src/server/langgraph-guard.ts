import type { Client } from "@langchain/langgraph-sdk";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { type Caller, expectOperator, forbidden, isOwnName, operator } from "../auth/caller.js";
import type { SignIn } from "../auth/sign-in.js";
import { userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { mostBytes, refuse, tooLarge, unknownRoute } from "./answer-errors.js";
import { errorStatus } from "./http-errors.js";
import type { RunOwners } from "./langgraph-auth.js";
import { requestIdOf } from "./request-id.js";

export interface GuardOptions {
  readonly signIn: SignIn;
  /** The server as it calls itself. */
  readonly own: () => Pick<Client, "threads" | "runs">;
  readonly runOwners: RunOwners;
  readonly log: (line: string) => void;
}

/** A check of what a user asks for; false for what is not there for them. */
type Check = (c: Context, userId: string) => boolean | Promise<boolean>;

/**
 * Stands before LangGraph's own routes: it refuses what LangGraph would let pass, and answers in one line where LangGraph
 * does not. It is mounted after the routes of ours.
 *
 * LangGraph 1.5.1 asks whose a thread is at most of its routes, but gives the stream of any run to whoever knows its id,
 * and the protocol of `/commands` and `/stream/events` acts for whoever used the thread first.
 */
export function createLangGraphGuard({
  signIn,
  own,
  runOwners,
  log,
}: GuardOptions): Hono<WithCaller> {
  const app = new Hono<WithCaller>();
  app.use(async (c, next) => {
    try {
      c.set("caller", isOpen(c) ? operator : await signIn.callerOf(c.req.raw.headers));
    } catch (error) {
      return refuse(c, error, errorStatus(error), log);
    }
    await next();
    await finish(c, log);
    return undefined;
  });
  app.use(bodyLimit({ maxSize: mostBytes, onError: (c) => refuse(c, tooLarge, 413) }));
  app.use(async (c, next) => {
    try {
      // For everybody: what is no JSON is refused in one line.
      await readBody(c);
      return await next();
    } catch (error) {
      return refuse(c, error, errorStatus(error), log);
    }
  });
  app.use(checked(namesNobodyElse));

  const forOperators = checked((_c, userId) => {
    expectOperator({ isOperator: false, userId });
    return false;
  });
  app.use("/internal/*", forOperators);
  // The server could not say whose a plan is.
  app.use("/runs/crons/*", forOperators);
  app.use("/threads/:thread_id/runs/crons/*", forOperators);

  const isOwnRun: Check = (c, userId) => runOwners.get(parameter(c, "run_id")) === userKey(userId);
  app.get("/runs/:run_id/stream", checked(isOwnRun));
  // LangGraph asks whose the thread is, but not whether the run is one of it.
  const isOwnOfThread: Check = async (c, userId) => {
    const run = own().runs.get(parameter(c, "thread_id"), parameter(c, "run_id"));
    return (await run.catch(() => null))?.metadata?.["userId"] === userKey(userId);
  };
  app.get("/threads/:thread_id/runs/:run_id/stream", checked(isOwnOfThread));
  app.get("/threads/:thread_id/runs/:run_id/join", checked(isOwnOfThread));
  const takeThread: Check = async (c, userId) => {
    const owner = userKey(userId);
    const { metadata } = await own().threads.create({
      threadId: parameter(c, "thread_id"),
      ifExists: "do_nothing",
      metadata: { userId: owner },
    });
    return metadata?.["userId"] === owner;
  };
  app.post("/threads/:thread_id/commands", checked(takeThread));
  app.post("/threads/:thread_id/stream/events", checked(takeThread));
  app.get(
    "/threads/:thread_id/stream/events",
    checked(() => {
      throw forbidden("What a socket sends cannot be checked; expected POST here.");
    }),
  );

  return app;

  /** Operators are not checked. */
  function checked(check: Check): MiddlewareHandler<WithCaller> {
    return async (c, next) => {
      try {
        const caller = c.get("caller");
        if (!caller.isOperator && !(await check(c, caller.userId)))
          return refuse(c, notTheirs, 404);
      } catch (error) {
        return refuse(c, error, errorStatus(error), log);
      }
      return next();
    };
  }
}

/** Kept in the context of a request: `bodyLimit` puts another request in place of the first. */
interface WithCaller {
  readonly Variables: { readonly caller: Caller };
}

const notTheirs = new PersonaAgentError(
  "auth-forbidden",
  "There is no such thread or run of the user; expected the id of one. Check the id.",
);

/** What says nothing of anybody: that the server is up, and its version. */
function isOpen({ req }: Context): boolean {
  return req.method === "GET" && (req.path === "/ok" || req.path === "/info");
}

function parameter(c: Context, name: string): string {
  return c.req.param(name) ?? "";
}

async function namesNobodyElse(c: Context, userId: string): Promise<true> {
  const field = nameOfAnother(await readBody(c), userId);
  if (field === undefined) return true;
  throw forbidden(`The field ${field} names another user; expected the one who is signed in.`);
}

/** @throws {PersonaAgentError} `config-invalid` for a body that is not JSON. */
async function readBody({ req }: Context): Promise<unknown> {
  if (req.method === "GET" || req.method === "HEAD") return undefined;
  const text = await req.text();
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new PersonaAgentError(
      "config-invalid",
      "The body is not JSON; expected what LangGraph's API takes. Correct it.",
    );
  }
}

/** What says whose something is, or who says so, wherever a request has it. */
const namingFields = new Set(["userId", "user_id", "owner", "author"]);
/** What a user writes, and what they store, may have any fields. */
const freeFields = new Set(["messages", "value"]);

function nameOfAnother(body: unknown, userId: string): string | undefined {
  // Not recursive: a body may be nested deeper than the stack is.
  const left = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      const isName = namingFields.has(name) && inner !== null && inner !== undefined;
      if (isName && !isOwnName(userId, inner)) return name;
      if (!freeFields.has(name)) left.push(inner);
    }
  }
  return undefined;
}

/** Every answer has a request id, and LangGraph's without a word of their own a line of ours. */
async function finish(c: Context, log: (line: string) => void): Promise<void> {
  const { res, error } = c;
  if (error !== undefined && !(error instanceof HTTPException) && res.status === 500)
    c.res = refuse(c, error, 500, log);
  else if (res.status === 404 && (await isUnanswered(res)))
    c.res = refuse(c, unknownRoute(c, "one of ours or of LangGraph's API"), 404);
  if (!c.res.headers.has("x-request-id"))
    c.res.headers.set("x-request-id", requestIdOf(c.req.raw.headers));
}

async function isUnanswered(response: Response): Promise<boolean> {
  const isText = response.headers.get("content-type")?.startsWith("text/plain") === true;
  return isText && (await response.clone().text()) === "404 Not Found";
}
