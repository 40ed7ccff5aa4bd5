#!/usr/bin/env bash
# One would guess: a graph whose state is a zod schema makes what it needs of the schema once.
# What happens: at each update of each node it makes two new partial schemas of the whole state,
# and parses each field of the update by one of them, for which zod compiles a parser each time.
# Why it matters: it was nearly half of the computation of a turn without services.
# What we do instead: the graph has the schema's channels, and shows its schema outside of runs only
# (src/graph/agent.ts). Our nodes' updates are checked by the compiler.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  zod@4.6.7
npm pkg get dependencies

cat >finding.mjs <<'EOT'
import assert from "node:assert/strict";
import { START, StateGraph } from "@langchain/langgraph";
import { z } from "zod";

const state = z.object({ one: z.string().default(""), two: z.string().default("") });
const graph = new StateGraph(state)
  .addNode("a", () => ({ one: "x", two: "x" }))
  .addNode("b", () => ({ one: "y", two: "y" }))
  .addEdge(START, "a")
  .addEdge("a", "b")
  .compile();
for (let n = 0; n < 10; n++) await graph.invoke({ one: "" });
// zod compiles a parser once for a schema.
let compiled = 0;
globalThis.Function = new Proxy(Function, {
  construct(target, args) {
    compiled++;
    return Reflect.construct(target, args);
  },
});
for (let n = 0; n < 10; n++) await graph.invoke({ one: "" });
console.log("Expected: 0 parsers compiled in 10 more runs of a graph that has run 10 times");
console.log("Seen:    ", compiled);
assert.ok(compiled >= 10);
EOT
node finding.mjs
