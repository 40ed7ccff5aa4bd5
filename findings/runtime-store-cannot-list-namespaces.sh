#!/usr/bin/env bash
# One would guess: the store that a node gets has the same methods as the store that the graph was
# compiled with.
# What happens: it is a wrapper, `AsyncBatchedStore`, that has `listNamespaces` and `batch` by its
# type. Both throw. `get`, `put`, `search` and `delete` work.
# Why it matters: code that was tested with a store of its own fails in a node.
# What we do instead: our memory uses nothing but `get`, `put`, `delete` and `search`.
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

const store = new InMemoryStore();
await store.put(["users", "ann"], "likes", { tea: true });
const tryAll = async (used) => {
  const outcome = (call) => call.then(JSON.stringify, (error) => `throws: ${error.message.split("\n")[0]}`);
  return {
    get: await outcome(used.get(["users", "ann"], "likes").then((item) => item.value)),
    listNamespaces: await outcome(used.listNamespaces()),
    batch: await outcome(used.batch([]))
  };
};
const graph = new StateGraph(Annotation.Root({ seen: Annotation() }))
  .addNode("look", async (_state, runtime) => ({ seen: await tryAll(runtime.store) }))
  .addEdge(START, "look")
  .compile({ store });

const direct = await tryAll(store);
const { seen } = await graph.invoke({});
console.log("Expected: the same in a node as outside it:", direct);
console.log("Seen:     in a node:", seen);
assert.equal(seen.get, direct.get);
assert.equal(direct.listNamespaces, '[["users","ann"]]');
assert.match(seen.listNamespaces, /throws/);
assert.match(seen.batch, /throws/);
EOF
node finding.mjs
