#!/usr/bin/env bash
# One would guess: a `$contains` of a collection with twenty records costs the same however much
# other collections hold, and so does one that is also narrowed by a metadata filter.
# What happens: it takes longer with every document of every collection. Chroma asks SQLite for
# `LIKE ... ESCAPE`, which its full-text index does not serve, so all documents are read.
# Why it matters: a server that holds many users makes a word search slower for each of them.
# What we do instead: a user's entries are read by their metadata, which is indexed, and the words
# are compared here; users with many entries are searched by one `$regex` for all words.
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
const fill = async (name, count) => {
  const collection = await client.createCollection({ name, embeddingFunction: null });
  for (let from = 0; from < count; from += 1_000) {
    const places = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => from + n);
    await collection.add({
      ids: places.map((n) => `${name}-${n}`),
      embeddings: places.map((n) => [1, n]),
      documents: places.map((n) => `note ${n} about the weather of that day, and little else. `.repeat(8)),
      metadatas: places.map(() => ({ owner: name })),
    });
  }
  return collection;
};
const small = await fill("small", 20);
const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const timed = async (search) => {
  const times = [];
  for (let n = 0; n < 25; n++) {
    const begun = performance.now();
    await search();
    times.push(performance.now() - begun);
  }
  return median(times);
};
const where = { owner: "small" };
const containing = () =>
  small.get({ where, whereDocument: { $contains: "snow" }, include: [] });
const byMetadata = () => small.get({ where, include: ["documents"] });
await timed(containing);
const alone = { containing: await timed(containing), byMetadata: await timed(byMetadata) };
await fill("large", 20_000);
const beside = { containing: await timed(containing), byMetadata: await timed(byMetadata) };

console.log("Expected: as fast beside another collection of 20,000 documents as alone");
console.log("Seen, in ms: alone", alone, "beside it", beside);
assert.ok(beside.containing > 2 * alone.containing);
assert.ok(beside.containing > 3 * beside.byMetadata);
process.exit(0);
EOF
node finding.mjs
