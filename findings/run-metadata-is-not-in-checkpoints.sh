#!/usr/bin/env bash
# One would guess: a checkpoint's metadata holds the metadata of the run that wrote it, which is
# what `list` has a filter for. So it finds the steps of one user, if each run names the user.
# What happens: the metadata has `source`, `step` and `parents` only, and the filter finds nothing.
# It finds steps by `source`, so the filter itself works.
# Why it matters: one labels each run with a tenant and believes that their threads can be found,
# shown or erased by that label later.
# What we do instead: the state of each graph names the thread's owner, and threads are found by
# that channel.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0 \
  zod@4.6.7
npm pkg get dependencies

cat >finding.mjs <<'END'
import assert from "node:assert/strict";
import { Annotation, MemorySaver, START, StateGraph } from "@langchain/langgraph";

const checkpointer = new MemorySaver();
const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile({ checkpointer });
await graph.invoke(
  { done: false },
  { configurable: { thread_id: "one" }, metadata: { tenant: "ada" } },
);

async function found(filter) {
  const steps = [];
  for await (const { metadata } of checkpointer.list({ configurable: {} }, { filter }))
    steps.push(metadata);
  return steps;
}
const all = await found({});
const seen = {
  "steps of the tenant": (await found({ tenant: "ada" })).length,
  "steps from the loop": (await found({ source: "loop" })).length,
  "names in the metadata": [...new Set(all.flatMap((metadata) => Object.keys(metadata)))].sort(),
};
console.log("Expected: 3 steps of the tenant, and `tenant` among the names");
console.log("Seen:    ", seen);
assert.deepEqual(seen, {
  "steps of the tenant": 0,
  "steps from the loop": 2,
  "names in the metadata": ["parents", "source", "step"],
});
END
node finding.mjs
