#!/usr/bin/env bash
# One would guess: each connection to pglite-socket is a session of its own, as in PostgreSQL.
# What happens: all connections are one session. Both get the same advisory lock at once, a `SET`
# of one holds for the other, and temporary tables are everybody's.
# Why it matters: libraries lock with advisory locks so that only one process migrates. Here
# nobody is kept out.
# What we do instead: nothing needs a session. Migrations can be repeated and are tried again when
# another process wins the race.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @electric-sql/pglite@0.5.16 \
  @electric-sql/pglite-socket@0.2.17 \
  pg@8.23.1
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
await server.start();
const url = `postgresql://postgres@${server.getServerConn()}/postgres`;
const [a, b] = [new pg.Client(url), new pg.Client(url)];
await a.connect();
await b.connect();
const ask = async (client, sql) => Object.values((await client.query(sql)).rows[0])[0];

await a.query("SET statement_timeout = '7s'");
await a.query("CREATE TEMPORARY TABLE mine (x int)");
const seen = {
  lockOfFirst: await ask(a, "SELECT pg_try_advisory_lock(1)"),
  lockOfSecond: await ask(b, "SELECT pg_try_advisory_lock(1)"),
  timeoutOfSecond: await ask(b, "SHOW statement_timeout"),
  tableSeenBySecond: await ask(b, "SELECT to_regclass('mine') IS NOT NULL"),
};
console.log("Expected: lockOfSecond false, timeoutOfSecond 0, tableSeenBySecond false");
console.log("Seen:    ", seen);
assert.deepEqual(seen, {
  lockOfFirst: true,
  lockOfSecond: true,
  timeoutOfSecond: "7s",
  tableSeenBySecond: true,
});
process.exit(0);
EOF
node finding.mjs
