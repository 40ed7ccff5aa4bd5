import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A run as LangSmith would keep it: what was posted first, with what later patches changed. */
export interface TracedRun {
  readonly id: string;
  readonly name?: string;
  readonly run_type?: string;
  readonly parent_run_id?: string | null;
  readonly trace_id?: string;
  readonly session_name?: string;
  readonly tags?: readonly string[];
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly error?: string;
  readonly end_time?: unknown;
  readonly extra?: { readonly metadata?: Readonly<Record<string, unknown>> };
}

export interface LangSmithServer {
  /** As `LANGSMITH_ENDPOINT` takes it. */
  readonly url: string;
  /** Every request's method and path. */
  readonly requests: string[];
  /** Everything that came in, as text, whatever it was. */
  readonly received: string[];
  runs(): TracedRun[];
  /** The run's children, oldest first. */
  childrenOf(run: TracedRun): TracedRun[];
  /** Settles when the root run of this name, and all below it, have ended `count` times. */
  finished(name: string, count?: number): Promise<TracedRun[]>;
  close(): Promise<void>;
}

/** A server on the loopback that takes runs as LangSmith does: one by one, in batches, and as multipart forms. */
export async function startLangSmithServer({ multipart = true } = {}): Promise<LangSmithServer> {
  const requests: string[] = [];
  const received: string[] = [];
  const runs = new Map<string, Record<string, unknown>>();
  const heard = new EventTarget();
  const change = (run: Record<string, unknown>) => {
    const id = String(run["id"]);
    // A patch may overtake its post.
    runs.set(id, { ...runs.get(id), ...run });
  };

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://loopback");
    requests.push(`${request.method} ${pathname}`);
    const answer = (body: unknown, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    void readBody(request).then(async (body) => {
      received.push(body.toString("utf8"));
      if (pathname === "/info")
        return answer({
          version: "0.11.0",
          batch_ingest_config: { use_multipart_endpoint: multipart, size_limit: 100 },
        });
      if (pathname === "/runs/multipart") await readParts(request, body, change);
      else if (pathname === "/runs/batch") {
        const { post = [], patch = [] } = JSON.parse(body.toString("utf8")) as Batch;
        for (const run of [...post, ...patch]) change(run);
      } else if (pathname.startsWith("/runs"))
        change({ id: pathname.split("/")[2], ...(JSON.parse(body.toString("utf8")) as object) });
      answer(pathname === "/sessions" ? [{ id: "session", tenant_id: "tenant" }] : {}, 202);
      heard.dispatchEvent(new Event("runs"));
      return undefined;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const all = () => [...runs.values()] as unknown as TracedRun[];

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    received,
    runs: all,
    childrenOf: ({ id }) => all().filter((run) => run.parent_run_id === id),
    async finished(name, count = 1) {
      for (;;) {
        const roots = all().filter((run) => run.name === name && !run.parent_run_id);
        const isEnded = (root: TracedRun) =>
          all().every((run) => run.trace_id !== root.id || run.end_time !== undefined);
        if (roots.filter(isEnded).length >= count) return roots;
        await once(heard, "runs");
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Batch {
  readonly post?: Record<string, unknown>[];
  readonly patch?: Record<string, unknown>[];
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

/** Parts are named `post.<id>` and `patch.<id>`; the big fields of a run come in parts of their own, `post.<id>.inputs`. */
async function readParts(
  { headers }: IncomingMessage,
  body: Buffer,
  change: (run: Record<string, unknown>) => void,
) {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": headers["content-type"] ?? "" },
  }).formData();
  for (const [name, value] of form) {
    const [, id, field] = name.split(".");
    const content: unknown = JSON.parse(typeof value === "string" ? value : await value.text());
    change(field === undefined ? { ...(content as object), id } : { id, [field]: content });
  }
}
