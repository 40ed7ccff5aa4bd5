#!/usr/bin/env bash
# One would guess: among records whose value is 1, 2 and 3, `{ $lt: 1.5 }` finds the 1.
# What happens: values that are whole numbers are compared with the bound's whole part. `$lt: 1.5`
# finds nothing, `$gte: 1.5` finds the 1. There is no error.
# Why it matters: a number has no visible type in JavaScript. A time in milliseconds is whole in
# one record and has a fraction in the bound.
# What we do instead: bounds are rounded to whole numbers, each in the direction that its
# comparison needs.
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
const collection = await client.createCollection({ name: "events", embeddingFunction: null });
await collection.add({
  ids: ["1", "2", "3"],
  embeddings: [[1, 0], [1, 0], [1, 0]],
  metadatas: [{ at: 1 }, { at: 2 }, { at: 3 }],
});
const idsWhere = async (at) => (await collection.get({ where: { at } })).ids;
const [below, from] = [await idsWhere({ $lt: 1.5 }), await idsWhere({ $gte: 1.5 })];

console.log('Expected: $lt 1.5: [ "1" ], $gte 1.5: [ "2", "3" ]');
console.log("Seen:     $lt 1.5:", below, " $gte 1.5:", from);
assert.deepEqual(below, []);
assert.deepEqual(from, ["1", "2", "3"]);
process.exit(0);
EOF
node finding.mjs
