#!/usr/bin/env bash
# One would guess: `delete` returns how many records it deleted. The client says so: `{ deleted:
# number }`.
# What happens: with this server it is always 0, whatever was deleted. The server's answer holds
# no number, and the client makes it 0.
# Why it matters: code that trusts the number thinks that there was nothing to delete.
# What we do instead: we never read the number, and count by `get` where we need to know.
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
await collection.add({ ids: ["a", "b", "c"], embeddings: [[1, 0], [0, 1], [1, 1]] });
const answer = await collection.delete({ ids: ["a", "b"] });
const left = await collection.count();

console.log('Expected: { deleted: 2 }, and 1 record left');
console.log("Seen:    ", answer, "and", left, "record left");
assert.deepEqual(answer, { deleted: 0 });
assert.equal(left, 1);
process.exit(0);
EOF
node finding.mjs
