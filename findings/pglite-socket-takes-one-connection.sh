#!/usr/bin/env bash
# One would guess: a server that speaks PostgreSQL's protocol takes several connections, or tells
# the second one that there are too many.
# What happens: without `maxConnections` it takes one. The second is cut without a message of the
# protocol.
# Why it matters: a pool, the standard way to connect, fails as soon as two queries come together,
# and the error does not say why.
# What we do instead: `maxConnections` is set.
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
const secondConnection = async (options) => {
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, ...options });
  await server.start();
  const connectionString = `postgresql://postgres@${server.getServerConn()}/postgres`;
  const clients = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  for (const client of clients) client.on("error", () => {});
  await clients[0].connect();
  const outcome = await clients[1].connect().then(
    () => "connected",
    (error) => `error ${JSON.stringify(error.message)}, code ${error.code}`,
  );
  await clients[0].end();
  if (outcome === "connected") await clients[1].end();
  await server.stop();
  return outcome;
};

const byDefault = await secondConnection({});
const allowed = await secondConnection({ maxConnections: 20 });
console.log('Expected: connected, or error code 53300 ("too many connections")');
console.log("Seen:     by default:", byDefault);
console.log("          with maxConnections 20:", allowed);
assert.match(byDefault, /^error .*code undefined/);
assert.equal(allowed, "connected");
process.exit(0);
EOF
node finding.mjs
