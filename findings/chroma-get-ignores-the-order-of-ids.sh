#!/usr/bin/env bash
# One would guess: `get({ ids: ["c", "a"] })` gives the records in the order that was asked for,
# one for each id.
# What happens: they come in the order in which they were added, and ids that do not exist are
# left out without a gap.
# Why it matters: code that pairs its ids with the answer by position gives one record the text of
# another.
# What we do instead: answers are read by their ids, never by their position.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/lib/chroma-server.mjs" "$folder"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  chromadb@3.5.0 \
  chromadb-js-bindings-linux-x64-gnu@1.0.5
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { startChroma } from "./chroma-server.mjs";

const client = await startChroma();
const collection = await client.createCollection({ name: "notes", embeddingFunction: null });
await collection.add({
  ids: ["a", "b", "c"],
  embeddings: [[1, 0], [1, 0], [1, 0]],
  documents: ["A", "B", "C"],
});
const asked = ["c", "missing", "a"];
const { ids, documents } = await collection.get({ ids: asked });

console.log("Expected: for", asked, "the texts", ["C", null, "A"]);
console.log("Seen:     ids", ids, "texts", documents);
assert.deepEqual(ids, ["a", "c"]);
assert.deepEqual(documents, ["A", "C"]);
process.exit(0);
EOF
node finding.mjs
