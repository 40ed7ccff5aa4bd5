#!/usr/bin/env bash
# One would guess: with LangSmith's tracing off, a run of a graph makes no LangSmith run trees.
# What happens: @langchain/core makes one around each runnable that LangGraph calls (nodes, writes, branches), to carry
# the run's config through Node's AsyncLocalStorage, and marks it as not traced. Each draws a UUID, reads the
# environment, and joins metadata.
# Why it matters: 7 % of the computation of a turn of five nodes, beside a model that answers at once.
# What we do instead: nothing. Fewer nodes would be fewer trees; the nodes are what Studio shows.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  langsmith@0.12.0
npm pkg get dependencies

cat >finding.mjs <<'EOT'
import assert from "node:assert/strict";
import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { getCurrentRunTree } from "langsmith/singletons/traceable";

for (const name of ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"])
  delete process.env[name];
const seen = [];
const look = () => {
  seen.push(getCurrentRunTree(true));
  return {};
};
const graph = new StateGraph(Annotation.Root({ value: Annotation() }))
  .addNode("a", look)
  .addNode("b", look)
  .addEdge(START, "a")
  .addEdge("a", "b")
  .compile();
await graph.invoke({ value: 1 });
console.log("Expected: no run tree in two nodes: [undefined, undefined]");
console.log("Seen:    ", seen.map((tree) => tree && { name: tree.name, tracing: tree.tracingEnabled }));
assert.equal(seen.length, 2);
assert.ok(seen.every((tree) => tree?.name === "<runnable_lambda>" && tree.tracingEnabled === false));
assert.notEqual(seen[0].id, seen[1].id);
EOT
node finding.mjs
