#!/usr/bin/env bash
# One would guess: a namespace comes back from the store as it was given. If a label may not hold
# a colon, both stores refuse it.
# What happens: PostgresStore joins the labels with colons and splits them again when it reads.
# ["users", "org:ann"] comes back as three labels, and shares its records with ["users", "org",
# "ann"]. The store in memory refuses the label.
# Why it matters: ids of the form "kind:number" are common. With them two different namespaces are
# one.
# What we do instead: labels are made of letters and digits only.
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

const given = ["users", "org:ann"];
const outcome = (store) =>
  store.put(given, "likes", { tea: true }).then(
    () => "taken",
    (error) => `refused: ${error.message}`,
  );
const inMemory = await outcome(new InMemoryStore());
const inPostgres = await outcome(postgres);
const { namespace } = await postgres.get(given, "likes");
const other = await postgres.get(["users", "org", "ann"], "likes");

console.log("Expected: both stores keep", given, "or both refuse it");
console.log("Seen:     InMemoryStore:", inMemory);
console.log("          PostgresStore:", inPostgres, "and read as", namespace);
console.log('          found under ["users", "org", "ann"]:', JSON.stringify(other?.value));
assert.match(inMemory, /refused/);
assert.equal(inPostgres, "taken");
assert.deepEqual(namespace, ["users", "org", "ann"]);
assert.deepEqual(other?.value, { tea: true });
process.exit(0);
EOF
node finding.mjs
