/** What a request of a cell needs to know: what Ada has on the server. Each call of a function makes a new thing. */
export interface World {
  readonly user: string;
  readonly key: string;
  readonly assistant: string;
  /** A thread of the agent with an answered message, and its run. */
  readonly thread: string;
  readonly run: string;
  readonly checkpoint: string;
  readonly episode: string;
  newAssistant(): Promise<string>;
  newThread(): Promise<string>;
  newRun(): Promise<{ readonly thread: string; readonly run: string }>;
  newRunWithoutThread(): Promise<string>;
  newEpisode(): Promise<string>;
}

/** A status; `empty` is 200 with nothing in it, and `stream` 200 with events that do not end. */
export type Cell = number | "empty" | "stream";

interface Sent {
  /** The path's parameters, in their order. */
  readonly in?: readonly string[];
  readonly query?: string;
  readonly body?: unknown;
}

export interface Row {
  readonly route: string;
  /** Ada asks for what is hers. */
  readonly own: Cell;
  /** Bob asks for what is Ada's. */
  readonly other: Cell;
  readonly operator: Cell;
  /** Whoever has no key, and whoever says that they are Studio; 401 unless given. */
  readonly nobody?: Cell;
  readonly send: (world: World) => Sent | Promise<Sent>;
}

const row = (
  route: string,
  [own, other, operator, nobody]: readonly [Cell, Cell, Cell, Cell?],
  send: Row["send"] = () => ({}),
): Row => ({ route, own, other, operator, ...(nobody !== undefined && { nobody }), send });

const input = { messages: [{ role: "user", content: "What do I never eat?" }] };
const runOf = (user?: string) => ({
  assistant_id: "agent",
  input,
  multitask_strategy: "enqueue",
  ...(user !== undefined && { context: { userId: user } }),
});
const noId = "00000000-0000-4000-8000-000000000000";
const cron = { thread_id: noId, assistant_id: noId };

/** To be tried last: it ends all that the others read. */
export const erasing = row("DELETE /users/:user", [200, 403, 200], ({ user }) => ({ in: [user] }));

/**
 * Every route of the server, and what each caller gets. A route without a row fails the test, and so does a row without
 * a route.
 */
export const matrix: readonly Row[] = [
  row("GET /ok", [200, 200, 200, 200]),
  row("GET /info", [200, 200, 200, 200]),
  row("POST /internal/truncate", [403, 403, 200], () => ({ body: {} })),

  row("POST /assistants", [200, 403, 200], ({ user }) => ({
    body: { graph_id: "agent", context: { userId: user } },
  })),
  row("POST /assistants/search", [200, "empty", 200], () => ({ body: {} })),
  row("POST /assistants/count", [200, "empty", 200], () => ({ body: {} })),
  row("GET /assistants/:assistant_id", [200, 404, 200], ({ assistant }) => ({ in: [assistant] })),
  row("DELETE /assistants/:assistant_id", [200, 404, 200], async (world) => ({
    in: [await world.newAssistant()],
  })),
  row("PATCH /assistants/:assistant_id", [200, 404, 200], ({ assistant }) => ({
    in: [assistant],
    body: { description: "mine" },
  })),
  row("GET /assistants/:assistant_id/graph", [200, 404, 200], ({ assistant }) => ({
    in: [assistant],
  })),
  row("GET /assistants/:assistant_id/schemas", [200, 404, 200], ({ assistant }) => ({
    in: [assistant],
  })),
  row("GET /assistants/:assistant_id/subgraphs/:namespace?", [200, 404, 200], ({ assistant }) => ({
    in: [assistant, ""],
  })),
  row("POST /assistants/:assistant_id/latest", [200, 404, 200], ({ assistant }) => ({
    in: [assistant],
    body: { version: 1 },
  })),
  row("POST /assistants/:assistant_id/versions", [200, 404, 200], ({ assistant }) => ({
    in: [assistant],
    body: {},
  })),

  // The dev server has no crons: an operator is told so.
  row("POST /runs/crons", [403, 403, 500], () => ({ body: cron })),
  row("POST /runs/crons/search", [403, 403, 500], () => ({ body: {} })),
  row("DELETE /runs/crons/:cron_id", [403, 403, 500], () => ({ in: [noId] })),
  row("POST /threads/:thread_id/runs/crons", [403, 403, 500], ({ thread }) => ({
    in: [thread],
    body: cron,
  })),

  row("POST /runs", [200, 403, 200], ({ user }) => ({ body: runOf(user) })),
  row("POST /runs/stream", [200, 403, 200], ({ user }) => ({ body: runOf(user) })),
  row("POST /runs/wait", [200, 403, 200], ({ user }) => ({ body: runOf(user) })),
  row("POST /runs/batch", [200, 403, 200], ({ user }) => ({ body: [runOf(user)] })),
  row("GET /runs/:run_id/stream", [200, 404, 200], async (world) => ({
    in: [await world.newRunWithoutThread()],
  })),
  row("GET /threads/:thread_id/runs", [200, 404, 200], ({ thread }) => ({ in: [thread] })),
  row("POST /threads/:thread_id/runs", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: runOf(),
  })),
  row("POST /threads/:thread_id/runs/stream", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: runOf(),
  })),
  row("POST /threads/:thread_id/runs/wait", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: runOf(),
  })),
  row("GET /threads/:thread_id/runs/:run_id", [200, 404, 200], ({ thread, run }) => ({
    in: [thread, run],
  })),
  row("DELETE /threads/:thread_id/runs/:run_id", [204, 404, 204], async (world) => {
    const { thread, run } = await world.newRun();
    return { in: [thread, run] };
  }),
  row("GET /threads/:thread_id/runs/:run_id/join", [200, 404, 200], ({ thread, run }) => ({
    in: [thread, run],
  })),
  row("GET /threads/:thread_id/runs/:run_id/stream", [200, 404, 200], ({ thread, run }) => ({
    in: [thread, run],
  })),
  row("POST /threads/:thread_id/runs/:run_id/cancel", [202, 404, 202], ({ thread, run }) => ({
    in: [thread, run],
  })),

  row("POST /threads", [200, 403, 200], ({ key }) => ({ body: { metadata: { userId: key } } })),
  row("POST /threads/search", [200, "empty", 200], () => ({ body: {} })),
  row("POST /threads/count", [200, "empty", 200], () => ({ body: {} })),
  row("GET /threads/:thread_id", [200, 404, 200], ({ thread }) => ({ in: [thread] })),
  row("DELETE /threads/:thread_id", [204, 404, 204], async (world) => ({
    in: [await world.newThread()],
  })),
  row("PATCH /threads/:thread_id", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: { metadata: { colour: "red" } },
  })),
  row("POST /threads/:thread_id/copy", [200, 409, 200], ({ thread }) => ({ in: [thread] })),
  row("GET /threads/:thread_id/state", [200, 404, 200], ({ thread }) => ({ in: [thread] })),
  row("POST /threads/:thread_id/state", [200, 404, 200], async (world) => ({
    in: [(await world.newRun()).thread],
    body: { values: { degraded: [] }, as_node: "write-memory" },
  })),
  row("GET /threads/:thread_id/state/:checkpoint_id", [200, 404, 200], (world) => ({
    in: [world.thread, world.checkpoint],
  })),
  row("POST /threads/:thread_id/state/checkpoint", [200, 404, 200], (world) => ({
    in: [world.thread],
    body: { checkpoint: { checkpoint_id: world.checkpoint } },
  })),
  row("GET /threads/:thread_id/history", [200, 404, 200], ({ thread }) => ({ in: [thread] })),
  row("POST /threads/:thread_id/history", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: {},
  })),
  row("GET /threads/:thread_id/stream/events", [403, 403, 404], ({ thread }) => ({
    in: [thread],
  })),
  row("POST /threads/:thread_id/stream/events", ["stream", 404, "stream"], ({ thread }) => ({
    in: [thread],
    body: { channels: ["values", "messages"] },
  })),
  row("POST /threads/:thread_id/commands", [200, 404, 200], ({ thread }) => ({
    in: [thread],
    body: { id: 1, method: "state.get" },
  })),

  row("POST /store/namespaces", [200, 403, 200], ({ key }) => ({ body: { prefix: [key] } })),
  row("POST /store/items/search", [200, 403, 200], ({ key }) => ({
    body: { namespace_prefix: [key] },
  })),
  row("PUT /store/items", [204, 403, 204], ({ key }) => ({
    body: { namespace: [key, "notes"], key: "other", value: { text: "no zebra" } },
  })),
  row("DELETE /store/items", [204, 403, 204], ({ key }) => ({
    body: { namespace: [key, "notes"], key: "other" },
  })),
  row("GET /store/items", [200, 403, 200], ({ key }) => ({
    query: `namespace=${key}.notes&key=zebra`,
  })),

  row("GET /openapi.json", [200, 200, 200]),
  row("GET /whoami", [200, 200, 200]),
  // The page is everybody's, and holds no data.
  row("GET /console", [200, 200, 200, 200]),
  row("GET /console/*", [200, 200, 200, 200], ({ user }) => ({ in: [`users/${user}/persona`] })),
  row("GET /console/assets/*", [404, 404, 404, 404], () => ({ in: ["no-such-file.js"] })),
  row("GET /users", [403, 403, 200]),
  row("GET /status", [403, 403, 200]),
  row("GET /usage", [403, 403, 200]),
  row("GET /health", [403, 403, 200]),
  row("POST /import", [200, 403, 200], ({ user }) => ({
    body: { items: [{ user, query: "I imported this." }], profiles: false },
  })),
  row("POST /users/:user/ask", [200, 403, 200], ({ user }) => ({
    in: [user],
    body: { message: "What do I never eat?" },
  })),
  row("POST /users/:user/episodes", [200, 403, 200], ({ user }) => ({
    in: [user],
    body: { query: "I rest on Sundays." },
  })),
  row("GET /users/:user/episodes", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /users/:user/episodes/:id", [200, 403, 200], ({ user, episode }) => ({
    in: [user, episode],
  })),
  row("POST /users/:user/search", [200, 403, 200], ({ user }) => ({
    in: [user],
    body: { text: "eat" },
  })),
  row("PATCH /users/:user/episodes/:id", [200, 403, 200], async (world) => ({
    in: [world.user, await world.newEpisode()],
    body: { answer: "Yes." },
  })),
  row("DELETE /users/:user/episodes/:id", [200, 403, 200], async (world) => ({
    in: [world.user, await world.newEpisode()],
  })),
  row("POST /users/:user/episodes/:id/feedback", [200, 403, 200], async (world) => ({
    in: [world.user, await world.newEpisode()],
    body: { kind: "answer", text: "Yes." },
  })),
  row("GET /users/:user/profile", [200, 403, 200], ({ user }) => ({ in: [user] })),
  // She has no such statement.
  row("PATCH /users/:user/profile", [400, 403, 400], ({ user }) => ({
    in: [user],
    body: { statement: "Eats all.", text: "I eat little." },
  })),
  row("GET /users/:user/persona", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /users/:user/persona/log", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /users/:user/persona/diff", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("POST /users/:user/persona/rollback", [200, 403, 200], ({ user }) => ({
    in: [user],
    body: { to: 0 },
  })),
  row("POST /users/:user/align", [200, 403, 200], ({ user }) => ({ in: [user], body: {} })),
  // Nothing waits for a decision.
  row("GET /users/:user/review", [404, 403, 404], ({ user }) => ({ in: [user] })),
  row("POST /users/:user/review", [404, 403, 404], ({ user }) => ({
    in: [user],
    body: { decision: "reject" },
  })),
  row("POST /users/:user/reflect", [200, 403, 200], ({ user }) => ({ in: [user], body: {} })),
  row("GET /users/:user/usage", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /users/:user/status", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /users/:user/locale", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("PUT /users/:user/locale", [200, 403, 200], ({ user }) => ({
    in: [user],
    body: { language: "fr" },
  })),
  row("GET /users/:user/export", [200, 403, 200], ({ user }) => ({ in: [user] })),
  row("GET /v1/models", [200, 200, 200]),
  row("GET /v1/models/:id", [200, 200, 200], () => ({ in: ["persona-agent"] })),
  row("POST /v1/chat/completions", [200, 403, 200], ({ user }) => ({
    body: { model: "persona-agent", user, messages: [{ role: "user", content: "Hi." }] },
  })),
  row("ALL /v1/*", [404, 404, 404], () => ({ in: ["nowhere"] })),
  // A tool's refusal is in its result.
  row("POST /mcp", [200, 200, 200], ({ user }) => ({
    body: {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "search", arguments: { user, text: "zebra" } },
    },
  })),
  row("ALL /users/*", [404, 404, 404], ({ user }) => ({ in: [`${user}/nowhere`] })),
  erasing,
];
