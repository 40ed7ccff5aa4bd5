#!/usr/bin/env bash
# One would guess: what a run has in `configurable` holds for that run, as `context` does.
# What happens: the server keeps it with the thread and gives it to every later run of that
# thread, unless that run names the same key.
# Why it matters: where `configurable` says who asks, a later run that says nothing runs as the
# one who asked before.
# What we do instead: on a server only `context` says who asks, and a thread's owner is checked.
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
  `import { START, StateGraph } from "@langchain/langgraph";
import { z } from "zod";
const context = z.object({ tone: z.string().optional() });
export const graph = new StateGraph(z.object({ seen: z.any().optional() }), context)
  .addNode("look", (_state, { configurable, context }) => ({
    seen: { configurable: configurable.tone, context: context.tone },
  }))
  .addEdge(START, "look")
  .compile();`,
);
await writeFile(
  "langgraph.json",
  JSON.stringify({ node_version: "20", graphs: { look: "./graph.mjs:graph" } }),
);
const client = new Client({ apiUrl: await startDevServer() });

const { thread_id } = await client.threads.create();
const run = async (options) => (await client.runs.wait(thread_id, "look", { input: {}, ...options })).seen;
const first = await run({ config: { configurable: { tone: "loud" } } });
const second = await run({ context: { tone: "soft" } });
const third = await run({});
console.log("Expected: the third run, which names no tone, sees none");
console.log("Seen:     1. tone in configurable:", first);
console.log("          2. tone in context:     ", second);
console.log("          3. no tone:             ", third);
assert.deepEqual(first, { configurable: "loud" });
assert.deepEqual(third, { configurable: "loud" });
process.exit(0);
EOF
node finding.mjs
