#!/usr/bin/env bash
# One would guess: `search` without a query gives records in one order, whichever store it is.
# What happens: there are three. The store in memory: oldest first. PostgresStore called directly:
# latest update first. PostgresStore as a node gets it (AsyncBatchedStore): newest record first,
# updates do not count. The limit is 10 unless one gives another, so the order also decides what
# is found.
# Why it matters: a page of "latest records" is right in one place and wrong in the next.
# What we do instead: nothing relies on the order. A list of pointers holds what is latest.
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
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { AsyncBatchedStore, InMemoryStore } from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
await server.start();
const url = `postgresql://postgres@${server.getServerConn()}/postgres`;
const postgres = PostgresStore.fromConnString(url);
await postgres.setup();
const batched = new AsyncBatchedStore(postgres);
batched.start();

const keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const orderIn = async (store, name) => {
  for (const key of keys) {
    await store.put([name], key, {});
    await sleep(5);
  }
  await store.put([name], "b", { updated: true });
  return (await store.search([name])).map(({ key }) => key).join("");
};
const seen = {
  inMemory: await orderIn(new InMemoryStore(), "memory"),
  postgres: await orderIn(postgres, "direct"),
  postgresInNode: await orderIn(batched, "batched"),
};
console.log("Twelve records", keys.join(""), "were written, then b again.");
console.log("Expected: three times the same");
console.log("Seen:    ", seen);
assert.deepEqual(seen, { inMemory: "abcdefghij", postgres: "blkjihgfed", postgresInNode: "lkjihgfedc" });
process.exit(0);
EOF
node finding.mjs
