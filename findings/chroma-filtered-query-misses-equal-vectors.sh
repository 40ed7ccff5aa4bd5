#!/usr/bin/env bash
# One would guess: a query with a filter that 35 records pass, and `nResults: 35`, finds these 35,
# the nearest first.
# What happens: where many users have stored the same text ("thanks", "yes"), and so the same
# vector, some users' queries find fewer than 35, and some miss the very record that equals the
# query.
# Why it matters: the most ordinary texts are the ones that are lost, without an error, and only
# once there are many users.
# What we do instead: each user's vectors get a part of their own, which moves them together. When
# a query comes back short, the rest is compared one by one.
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
const collection = await client.createCollection({ name: "chats", embeddingFunction: null });
let seed = 1;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
const vector = () => Array.from({ length: 32 }, random);
const [users, each] = [100, 35];
const thanks = vector();
for (let user = 0; user < users; user++) {
  const own = Array.from({ length: each }, (_, i) => (i < 5 ? thanks : vector()));
  await collection.add({
    ids: own.map((_, i) => `${user}-${i}`),
    embeddings: own,
    metadatas: own.map(() => ({ user })),
  });
}

let short = 0;
let withoutEqual = 0;
for (let user = 0; user < users; user++) {
  const { distances } = await collection.query({
    queryEmbeddings: [thanks],
    nResults: each,
    where: { user },
    include: ["distances"],
  });
  if (distances[0].length < each) short++;
  if (!distances[0].some((distance) => distance < 1e-6)) withoutEqual++;
}
console.log(`${users} users have ${each} records each, five of them with the vector that is looked for.`);
console.log(`Expected: each user finds all ${each}, and at least one equal record`);
console.log(`Seen:     ${short} users find fewer, ${withoutEqual} find no equal record`);
assert.ok(short > 0);
assert.ok(withoutEqual > 0);
process.exit(0);
EOF
node finding.mjs
