#!/usr/bin/env bash
# One would guess: `maxConcurrency: 1` runs the tasks of a step one after another, slower and with
# the same result.
# What happens: the step ends after its first task. The other tasks are never started, the node
# behind them never runs, and the run ends as if it were done. With 2 all is well (langgraphjs
# issue 2656).
# Why it matters: 1 is the number one chooses for a small model server, and the answer that comes
# back is incomplete without an error.
# What we do instead: we never give LangGraph less than 2. Where a user asks for one at a time,
# the tasks of the node wait in a queue of ours.
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
import { Annotation, Send, START, StateGraph } from "@langchain/langgraph";

const State = Annotation.Root({
  done: Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }),
});
const run = async (maxConcurrency) => {
  const started = [];
  const graph = new StateGraph(State)
    .addNode("plan", () => ({}))
    .addNode("work", async ({ item }) => {
      started.push(item);
      return { done: [item] };
    })
    .addNode("sum-up", () => {
      started.push("sum-up");
      return {};
    })
    .addEdge(START, "plan")
    .addConditionalEdges("plan", () => [1, 2, 3, 4].map((item) => new Send("work", { item })), ["work"])
    .addEdge("work", "sum-up")
    .compile();
  await graph.invoke({ done: [] }, { maxConcurrency });
  return started;
};

const two = await run(2);
const one = await run(1);
console.log("Expected: with any limit the tasks 1, 2, 3, 4 run, then sum-up");
console.log("Seen:     limit 2:", JSON.stringify(two));
console.log("          limit 1:", JSON.stringify(one));
assert.deepEqual(two, [1, 2, 3, 4, "sum-up"]);
assert.deepEqual(one, [1]);
EOF
node finding.mjs
