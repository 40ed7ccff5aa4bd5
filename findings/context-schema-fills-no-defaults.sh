#!/usr/bin/env bash
# One would guess: a graph whose context schema has zod defaults hands its nodes a context with
# the defaults filled in and text turned into numbers, because that is what parsing with the
# schema gives.
# What happens: the schema only refuses what does not fit. Nodes get the caller's object as it
# came: no defaults, nothing converted.
# Why it matters: a setting that has a default is undefined in every node, and nothing says so.
# What we do instead: each node that needs a setting parses the context itself.
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

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { START, StateGraph } from "@langchain/langgraph";
import { z } from "zod";

const context = z.object({ tone: z.string().default("calm"), length: z.coerce.number() });
let seen;
const graph = new StateGraph(z.object({ done: z.boolean().optional() }), context)
  .addNode("look", (_state, runtime) => {
    seen = runtime.context;
    return { done: true };
  })
  .addEdge(START, "look")
  .compile();

await graph.invoke({}, { context: { length: "3" } });
const refused = await graph.invoke({}, { context: { length: 3, tone: 5 } }).catch((error) => error);

console.log("Expected: the node sees", JSON.stringify(context.parse({ length: "3" })));
console.log("Seen:     the node sees", JSON.stringify(seen));
console.log("A tone that is a number is refused:", refused instanceof Error);
assert.deepEqual(seen, { length: "3" });
assert.ok(refused instanceof Error);
EOF
node finding.mjs
