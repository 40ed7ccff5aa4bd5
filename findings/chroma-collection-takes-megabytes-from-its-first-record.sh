#!/usr/bin/env bash
# One would guess: a collection with one record takes a few kilobytes, so that each user can have
# one.
# What happens: an empty collection takes next to nothing, and the first record 11 megabytes
# (vectors of 256 numbers; more with longer ones).
# Why it matters: a collection for each of 1,000 users is 11 gigabytes of disk for a thousand
# records.
# What we do instead: users are spread over sixteen collections.
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
import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import { startChroma } from "./chroma-server.mjs";

const client = await startChroma();
const kilobytes = () => Number.parseInt(execFileSync("du", ["-sk", "--apparent-size", "data"]), 10);
const seen = [];
for (const user of ["ann", "bob", "eve"]) {
  const before = kilobytes();
  const collection = await client.createCollection({ name: `user-${user}`, embeddingFunction: null });
  const empty = kilobytes();
  await collection.add({ ids: ["1"], embeddings: [Array.from({ length: 256 }, Math.random)] });
  seen.push({ empty: empty - before, withOneRecord: kilobytes() - before });
}
console.log("Expected: some kilobytes a collection");
console.log("Seen, in kilobytes:", seen);
assert.ok(seen.every(({ empty }) => empty < 1_000));
assert.ok(seen.every(({ withOneRecord }) => withOneRecord > 8_000));
process.exit(0);
EOF
node finding.mjs
