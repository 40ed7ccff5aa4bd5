#!/usr/bin/env bash
# One would guess: with `maxConcurrency`, the tasks of a step that had not begun when another one
# failed are run when the thread is resumed.
# What happens: they are never run. They are started with an aborted signal, end at once without a
# result, and are stored as done. The resumed run goes on without them, without an error.
# Why it matters: after a failure of the model, a fan-out continues with a part of its results.
# What we do instead: the steps on which all else rests have two tasks, as many as the least limit.
# The node after every other fan-out looks for what is missing and asks for it again.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOS'
import assert from "node:assert/strict";
import { Annotation, MemorySaver, Send, START, StateGraph } from "@langchain/langgraph";

const State = Annotation.Root({
  done: Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }),
});
const run = async (maxConcurrency) => {
  let isDown = true;
  const graph = new StateGraph(State)
    .addNode("plan", () => ({}))
    .addNode("work", async ({ item }) => {
      if (isDown) throw new Error("The model is away.");
      return { done: [item] };
    })
    .addEdge(START, "plan")
    .addConditionalEdges("plan", () => [1, 2, 3, 4].map((item) => new Send("work", { item })), ["work"])
    .compile({ checkpointer: new MemorySaver() });
  const options = { configurable: { thread_id: "one" }, maxConcurrency };
  await assert.rejects(graph.invoke({ done: [] }, options));
  isDown = false;
  const { done } = await graph.invoke(null, options);
  return done;
};

const unlimited = await run(undefined);
const two = await run(2);
console.log("Expected: resumed with any limit, the tasks 1, 2, 3, 4 are done");
console.log("Seen:     no limit:", JSON.stringify(unlimited));
console.log("          limit 2: ", JSON.stringify(two));
assert.deepEqual(unlimited, [1, 2, 3, 4]);
assert.deepEqual(two, [1, 2]);
EOS
node finding.mjs
