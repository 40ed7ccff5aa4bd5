#!/usr/bin/env bash
# One would guess: a value in the state is the same before and after a checkpoint, or the
# checkpointer refuses it. A `Map` and a `Set` do come back as what they were.
# What happens: a `Date` comes back as a string and a `URL` too. Only the node after the pause
# sees the string.
# Why it matters: the code works until the run is resumed. Then `date.getTime` is not a function.
# What we do instead: the state holds plain JSON only, and times as ISO strings.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  @langchain/langgraph-checkpoint@1.2.2
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { Annotation, MemorySaver, START, StateGraph } from "@langchain/langgraph";

const State = Annotation.Root({ when: Annotation(), where: Annotation(), names: Annotation() });
const kinds = ({ when, where, names }) => [when, where, names].map((value) => value.constructor.name);
let direct, resumed;
const graph = new StateGraph(State)
  .addNode("write", () => ({
    when: new Date(0),
    where: new URL("http://localhost/"),
    names: new Set(["ann"]),
  }))
  .addNode("before", (state) => {
    direct = kinds(state);
    return {};
  })
  .addNode("after", (state) => {
    resumed = kinds(state);
    return {};
  })
  .addEdge(START, "write")
  .addEdge("write", "before")
  .addEdge("before", "after")
  .compile({ checkpointer: new MemorySaver(), interruptBefore: ["after"] });
const thread = { configurable: { thread_id: "1" } };
await graph.invoke({}, thread);
await graph.invoke(null, thread);

console.log("Expected: the same kinds of value before and after a pause");
console.log("Seen:     before the pause:", direct.join(", "));
console.log("          after the pause: ", resumed.join(", "));
assert.deepEqual(direct, ["Date", "URL", "Set"]);
assert.deepEqual(resumed, ["String", "String", "Set"]);
EOF
node finding.mjs
