#!/usr/bin/env bash
# One would guess: the JavaScript server has the endpoints that the documentation of the Agent
# Server lists.
# What happens: `/mcp`, `/a2a`, `/docs`, `/openapi.json` and `/metrics` are not found. The routes
# for cron jobs answer 500.
# Why it matters: one plans to offer an agent over MCP or A2A, or to make a client from the
# OpenAPI document, and there is nothing to talk to.
# What we do instead: background work needs no cron. What we promise beyond threads and runs we
# serve ourselves.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/lib/dev-server.mjs" "$folder"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-cli@1.5.1 \
  @langchain/langgraph-api@1.5.1 \
  @langchain/langgraph-sdk@1.15.0 \
  @langchain/langgraph@1.7.3 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0 \
  zod@4.6.7 \
  typescript@5.9.3
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { Client } from "@langchain/langgraph-sdk";
import { startDevServer } from "./dev-server.mjs";

await writeFile(
  "graph.mjs",
  `import { Annotation, START, StateGraph } from "@langchain/langgraph";
export const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile();`,
);
await writeFile(
  "langgraph.json",
  JSON.stringify({ node_version: "20", graphs: { work: "./graph.mjs:graph" } }),
);
const url = await startDevServer();
const client = new Client({ apiUrl: url });
const [{ assistant_id }] = await client.assistants.search({ graphId: "work" });

const jsonRpc = {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
};
const status = async (path, init) => (await fetch(url + path, init)).status;
const seen = {
  "GET /ok": await status("/ok"),
  "GET /info": await status("/info"),
  "POST /mcp": await status("/mcp", jsonRpc),
  "POST /a2a/<assistant>": await status(`/a2a/${assistant_id}`, jsonRpc),
  "GET /docs": await status("/docs"),
  "GET /openapi.json": await status("/openapi.json"),
  "GET /metrics": await status("/metrics"),
  "POST /runs/crons/search": await status("/runs/crons/search", { ...jsonRpc, body: "{}" }),
};
console.log("Expected: 200 everywhere");
console.log("Seen:    ", seen);
assert.deepEqual(Object.values(seen), [200, 200, 404, 404, 404, 404, 404, 500]);
process.exit(0);
EOF
node finding.mjs
