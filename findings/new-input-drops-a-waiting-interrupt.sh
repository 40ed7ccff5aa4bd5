#!/usr/bin/env bash
# One would guess: a thread that waits at `interrupt()` for a person refuses new input, or keeps
# the question until it is answered.
# What happens: new input starts the graph again from its beginning. The question is gone from the
# thread, without an error or a warning.
# Why it matters: a background job that is started again throws away what a person was just about
# to review.
# What we do instead: before anything starts on such a thread we look whether a review waits
# there, and refuse.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { Annotation, Command, MemorySaver, START, StateGraph, interrupt } from "@langchain/langgraph";

const State = Annotation.Root({ proposal: Annotation(), approved: Annotation() });
const graph = new StateGraph(State)
  .addNode("review", ({ proposal }) => ({ approved: interrupt(`Take "${proposal}"?`) ? proposal : "" }))
  .addEdge(START, "review")
  .compile({ checkpointer: new MemorySaver() });
const thread = { configurable: { thread_id: "1" } };
const waiting = async () =>
  (await graph.getState(thread)).tasks.flatMap((task) => task.interrupts.map(({ value }) => value));

await graph.invoke({ proposal: "first" }, thread);
const before = await waiting();
await graph.invoke({ proposal: "second" }, thread);
const after = await waiting();
const { approved } = await graph.invoke(new Command({ resume: true }), thread);

console.log("Expected: the first question is refused, answered or kept");
console.log("Seen:     waiting before:", before, "after the second input:", after, "yes approves:", approved);
assert.deepEqual(before, ['Take "first"?']);
assert.deepEqual(after, ['Take "second"?']);
assert.equal(approved, "second");
EOF
node finding.mjs
