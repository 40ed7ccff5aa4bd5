#!/usr/bin/env bash
# One would guess: `search` with the same `filter` on the same records finds the same in memory
# and on PostgreSQL.
# What happens: PostgresStore compares equality as text, so that the number 10 equals the text
# "10". A record that lacks the field passes `$ne` in memory and not on PostgreSQL. A field that
# is null equals null in memory and not on PostgreSQL.
# Why it matters: a filter that passes its tests in memory finds other records in production.
# What we do instead: no filters. Records are read by key or namespace and sorted out by our own
# code.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-checkpoint-postgres@1.0.5 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  @electric-sql/pglite@0.5.16 \
  @electric-sql/pglite-socket@0.2.17
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
await server.start();
const url = `postgresql://postgres@${server.getServerConn()}/postgres`;
const postgres = PostgresStore.fromConnString(url);
await postgres.setup();

const records = { number: { stars: 10 }, text: { stars: "10" }, empty: { stars: null }, without: {} };
const filters = [{ stars: 10 }, { stars: { $ne: 9 } }, { stars: null }];
const foundIn = async (store) => {
  for (const [key, value] of Object.entries(records)) await store.put(["reviews"], key, value);
  const found = [];
  for (const filter of filters)
    found.push((await store.search(["reviews"], { filter })).map(({ key }) => key).sort().join(" "));
  return found;
};
const memory = await foundIn(new InMemoryStore());
const sql = await foundIn(postgres);
console.log("Records:", JSON.stringify(records));
console.log("Expected: both stores find the same");
for (const [i, filter] of filters.entries())
  console.log("Seen:    ", JSON.stringify(filter), " memory:", memory[i] || "-", " PostgreSQL:", sql[i] || "-");
assert.deepEqual(memory, ["number", "empty number text without", "empty"]);
assert.deepEqual(sql, ["number text", "number text", ""]);
process.exit(0);
EOF
node finding.mjs
