#!/usr/bin/env bash
# One would guess: `configurable` holds settings for the nodes. What goes into a trace is
# `metadata`, which is there for that.
# What happens: every text, number and boolean in `configurable` is copied into the metadata of
# the LangSmith run, unless the metadata has the name already. Callback handlers of one's own do
# not see these copies.
# Why it matters: a user's id or address that only a node should know stands in the traces.
# Looking at one's own callbacks does not show it.
# What we do instead: the names that must not get there are set in `metadata` by us, with a key in
# place of the id.
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

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { LangChainTracer } from "@langchain/core/tracers/tracer_langchain";
import { Annotation, START, StateGraph } from "@langchain/langgraph";

const traced = [];
const client = {
  createRun: async (run) => void traced.push(run.extra?.metadata ?? {}),
  updateRun: async () => {},
};
const handled = [];
const handler = { handleChainStart: (...args) => void handled.push(args[5] ?? {}) };
const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile();
const callbacks = () => [new LangChainTracer({ client }), handler];
await graph.invoke({}, { configurable: { userId: "ann", limit: 3 }, callbacks: callbacks() });
const [first] = traced;
const [own] = handled;
traced.length = 0;
await graph.invoke({}, { configurable: { userId: "ann" }, metadata: { userId: "k7" }, callbacks: callbacks() });

const pick = ({ userId, limit }) => ({ userId, limit });
console.log("Expected: neither userId nor limit in the metadata of the traced run");
console.log("Seen:     traced:               ", pick(first));
console.log("          a handler of one's own:", pick(own));
console.log("          traced, userId also in metadata:", pick(traced[0]));
assert.deepEqual(pick(first), { userId: "ann", limit: 3 });
assert.deepEqual(pick(own), { userId: undefined, limit: undefined });
assert.equal(traced[0].userId, "k7");
process.exit(0);
EOF
node finding.mjs
