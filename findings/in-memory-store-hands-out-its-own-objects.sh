#!/usr/bin/env bash
# One would guess: what `get` gives is a copy, as with the store on PostgreSQL. Changing it
# changes nothing in the store.
# What happens: `get` and `search` of `InMemoryStore` hand out the stored object itself. A change
# of it is stored at once, without a `put`, and the time of the last update stays.
# Why it matters: code that forgets to write passes its tests in memory and loses the change on
# PostgreSQL.
# What we do instead: the same test suite runs on all stores, and records are read into new
# objects before anything changes them.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";

const store = new InMemoryStore();
const given = { likes: ["tea"] };
await store.put(["users"], "ann", given);
const read = await store.get(["users"], "ann");
read.value.likes.push("coffee");
const again = await store.get(["users"], "ann");

console.log("Expected: without a put the store holds", JSON.stringify({ likes: ["tea"] }));
console.log("Seen:     without a put the store holds", JSON.stringify(again.value));
assert.deepEqual(again.value, { likes: ["tea", "coffee"] });
EOF
node finding.mjs
