#!/usr/bin/env bash
# One would guess: a graph with a store does something with it when a node reads or writes.
# What happens: as long as a run lasts, a timer looks every millisecond whether a node asked the
# store for anything, also when no node ever does. The store that nodes get is a queue in front of
# the real one.
# Why it matters: runs that wait for a model keep the processor busy. A hundred at once are a
# hundred thousand timers a second.
# What we do instead: memory is bound to the store when the graph is made. Graphs that run by the
# hundred are given no store.
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
import { Annotation, InMemoryStore, START, StateGraph } from "@langchain/langgraph";

const setTimer = globalThis.setTimeout;
let timers = 0;
globalThis.setTimeout = (...args) => {
  timers++;
  return setTimer(...args);
};
const timersWhileWaiting = async (options) => {
  const graph = new StateGraph(Annotation.Root({ timers: Annotation() }))
    .addNode("wait", async () => {
      const before = timers;
      await new Promise((resolve) => setTimer(resolve, 1_000));
      return { timers: timers - before };
    })
    .addEdge(START, "wait")
    .compile(options);
  return (await graph.invoke({})).timers;
};

const without = await timersWhileWaiting({});
const withStore = await timersWhileWaiting({ store: new InMemoryStore() });
console.log("Expected: no timers while a node waits for one second");
console.log("Seen:     without a store:", without);
console.log("          with a store that no node uses:", withStore);
assert.equal(without, 0);
assert.ok(withStore > 100);
EOF
node finding.mjs
