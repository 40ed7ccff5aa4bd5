#!/usr/bin/env bash
# One would guess: `search(["users", "ann"])` finds what is under that namespace, label by label,
# as the store in memory does.
# What happens: PostgresStore compares text with `LIKE 'users:ann%'`, so that ["users", "anna"] is
# found too (langgraphjs issue 2721).
# Why it matters: where a label is a user's name, one user's search shows another's records.
# What we do instead: labels are ids of one fixed length, which no other id begins with. Records
# of another namespace are dropped after each search.
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

const foundIn = async (store) => {
  for (const user of ["ann", "anna", "bob"]) await store.put(["users", user], "likes", { tea: true });
  return (await store.search(["users", "ann"])).map(({ namespace }) => namespace.join("/")).sort();
};
const inMemory = await foundIn(new InMemoryStore());
const inPostgres = await foundIn(postgres);
console.log("Expected: users/ann only");
console.log("Seen:     InMemoryStore:", inMemory, " PostgresStore:", inPostgres);
assert.deepEqual(inMemory, ["users/ann"]);
assert.deepEqual(inPostgres, ["users/ann", "users/anna"]);
process.exit(0);
EOF
node finding.mjs
