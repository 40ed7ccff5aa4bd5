// A service of your own that holds the agent: it knows who is signed in, and streams an answer as it grows.
import { Hono } from "hono";
import { streamText } from "hono/streaming";
import { createPersonaAgent, PersonaAgentError } from "../src/index.js";

// `openPersonaAgent` keeps memory on disk or in your databases.
const agent = createPersonaAgent({ instructions: "You are the assistant of a small bookshop." });
const sessions = new Map([["cookie-of-gita", "gita"]]);

const app = new Hono<{ Variables: { user: string } }>();
app.use(async (c, next) => {
  const user = sessions.get(c.req.header("authorization") ?? "");
  if (user === undefined) return c.text("Sign in first.", 401);
  c.set("user", user);
  return next();
});
app.post("/chat", async (c) => {
  const message = await c.req.text();
  return streamText(c, async (stream) => {
    await agent.ask(c.get("user"), message, {
      // A reader who leaves ends the turn.
      signal: c.req.raw.signal,
      onEvent: (event) => {
        if (event.kind === "text") void stream.write(event.text);
      },
    });
  });
});
app.get("/memory", async (c) => c.json(await agent.list(c.get("user"), { limit: 20 })));
app.delete("/memory/:id", async (c) =>
  c.json(await agent.forget(c.get("user"), c.req.param("id"))),
);
app.onError((error, c) =>
  // Errors of the agent are one line that a caller may read.
  PersonaAgentError.is(error)
    ? c.json({ code: error.code, message: error.message }, 400)
    : c.json({ code: "unexpected" }, 500),
);

// Here it is asked without a socket; `serve` of @hono/node-server, Deno or Bun listen with `app.fetch`.
const as = (authorization: string) => ({ headers: { authorization } });
const say = async (body: string) =>
  (await app.request("/chat", { method: "POST", body, ...as("cookie-of-gita") })).text();
console.log(await say("I read crime novels on trains."));
console.log(await say("What do I read on trains?"));
const memory = await app.request("/memory", as("cookie-of-gita"));
console.log(((await memory.json()) as { readonly query: string }[]).map(({ query }) => query));
console.log((await app.request("/memory", as("a stranger"))).status);
const forgotten = await app.request("/memory/x", { method: "DELETE", ...as("cookie-of-gita") });
console.log(await forgotten.json());
await agent.close();
