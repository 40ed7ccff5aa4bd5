#!/usr/bin/env bash
# One would guess: `store.put(namespace, key, value, false)` keeps a record without an embedding,
# in a node as elsewhere.
# What happens: the store that a node gets passes three arguments on and drops the fourth. The
# record is embedded.
# Why it matters: each such write asks the embedding model and pays for it, and records that
# should never be found turn up in searches.
# What we do instead: the store has no vector index. Embeddings are in an index of our own.
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

const embedded = [];
const embeddings = {
  embedDocuments: async (texts) => texts.map((text) => (embedded.push(text), [1, 0])),
  embedQuery: async () => [1, 0]
};
const store = new InMemoryStore({ index: { dims: 2, embeddings, fields: ["text"] } });
const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("write", async (_state, runtime) => {
    await runtime.store.put(["notes"], "b", { text: "written in a node" }, false);
    return { done: true };
  })
  .addEdge(START, "write")
  .compile({ store });

await store.put(["notes"], "a", { text: "written directly" }, false);
const direct = [...embedded];
await graph.invoke({});
console.log("Expected: nothing is embedded, as index is false");
console.log("Seen:     embedded after a direct put:", direct, "after a put in a node:", embedded);
assert.deepEqual(direct, []);
assert.deepEqual(embedded, ["written in a node"]);
EOF
node finding.mjs
