#!/usr/bin/env bash
# One would guess: a context schema checks the context. A call that has no context, only a thread
# id in `configurable`, is either checked as an empty context or not at all.
# What happens: when there is no context, the whole of `configurable` is checked with the context
# schema, thread id and all. With an empty context beside it, it is not.
# Why it matters: a strict schema refuses every call that only names a thread. And a setting
# passes in `configurable` that the node then does not find in its context.
# What we do instead: every field of the schema that LangGraph gets takes any value. The nodes
# parse the context themselves.
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
import { MemorySaver, START, StateGraph } from "@langchain/langgraph";
import { z } from "zod";

const state = z.object({ done: z.boolean().optional() });
const strict = new StateGraph(state, z.strictObject({ tone: z.string().optional() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile({ checkpointer: new MemorySaver() });
const outcome = (call) =>
  call.then(
    () => "runs",
    (error) => `refused (${JSON.parse(error.message)[0].message})`,
  );

let context;
const loose = new StateGraph(state, z.object({ tone: z.string() }))
  .addNode("look", (_state, runtime) => {
    context = runtime.context;
    return {};
  })
  .addEdge(START, "look")
  .compile();
const thread = { configurable: { thread_id: "1" } };
const threadOnly = await outcome(strict.invoke({}, thread));
const withContext = await outcome(strict.invoke({}, { ...thread, context: {} }));
const elsewhere = await outcome(loose.invoke({}, { configurable: { tone: "calm" } }));

console.log("Expected: the thread id is no part of the context, so both calls run");
console.log("Seen:     strict schema, thread only:            ", threadOnly);
console.log("          strict schema, thread, empty context:  ", withContext);
console.log("          required setting, in configurable only:", elsewhere);
console.log("          and the node's context then is:        ", context);
assert.match(threadOnly, /refused .*thread_id/);
assert.equal(withContext, "runs");
assert.equal(elsewhere, "runs");
assert.equal(context?.tone, undefined);
EOF
node finding.mjs
