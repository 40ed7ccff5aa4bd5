#!/usr/bin/env bash
# One would guess: `{ status: { $ne: "done" } }` finds records whose status is another one, as
# `<>` in SQL.
# What happens: records that have no status are found too, and so are those whose status is of
# another type. `$nin` is the same.
# Why it matters: a filter that is meant to leave something out lets in everything that was never
# labelled.
# What we do instead: filters only say what a record must have.
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
const collection = await client.createCollection({ name: "tasks", embeddingFunction: null });
await collection.add({
  ids: ["done", "open", "none"],
  embeddings: [[1, 0], [1, 0], [1, 0]],
  metadatas: [{ status: "done" }, { status: "open" }, { page: 1 }],
});
const idsWhere = async (where) => (await collection.get({ where })).ids;
const notEqual = await idsWhere({ status: { $ne: "done" } });
const notIn = await idsWhere({ status: { $nin: ["done"] } });

console.log('Expected: [ "open" ]');
console.log("Seen:     $ne:", notEqual, " $nin:", notIn);
assert.deepEqual(notEqual, ["open", "none"]);
assert.deepEqual(notIn, ["open", "none"]);
process.exit(0);
EOF
node finding.mjs
