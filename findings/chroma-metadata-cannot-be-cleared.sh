#!/usr/bin/env bash
# One would guess: `update` with a null in the metadata, which the client's types allow, clears
# that value. `upsert` with metadata that lacks the key replaces what was there.
# What happens: both merge. The old value stays.
# Why it matters: what a user took back is still found by a filter.
# What we do instead: a key is never cleared. The metadata of a record of ours always has the same
# keys.
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
const old = { mood: "angry", page: 1 };
const embeddings = [[1, 0]];
const metadataAfter = async (id, write) => {
  await collection.add({ ids: [id], embeddings, metadatas: [old] });
  await write();
  return (await collection.get({ ids: [id] })).metadatas[0];
};
const updated = await metadataAfter("a", () =>
  collection.update({ ids: ["a"], metadatas: [{ mood: null, page: 2 }] }),
);
const upserted = await metadataAfter("b", () =>
  collection.upsert({ ids: ["b"], embeddings, metadatas: [{ page: 2 }] }),
);
console.log("Expected: { page: 2 } in both cases");
console.log("Seen:     update with mood null:  ", updated);
console.log("          upsert without mood:    ", upserted);
assert.deepEqual(updated, { mood: "angry", page: 2 });
assert.deepEqual(upserted, { mood: "angry", page: 2 });
process.exit(0);
EOF
node finding.mjs
