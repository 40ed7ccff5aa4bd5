#!/usr/bin/env bash
# One would guess: PGlite, like any PostgreSQL, keeps its log of writes near `max_wal_size`, and takes the room of
# replaced rows again (autovacuum is "on" in its settings).
# What happens: it is PostgreSQL's single-user mode, which has no background processes. No checkpoint is made before
# `close`, so the log grows by all that is written, and replaced rows keep their room.
# Why it matters: a process that runs for weeks fills the disk, and after `kill -9` replays all of it.
# What we do instead: `VACUUM` and `CHECKPOINT` of our own, when nothing else is going on.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact @electric-sql/pglite@0.5.14
npm pkg get dependencies

cat >log.mjs <<'EOF'
import { readdirSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";

const startParams = [...PGlite.defaultStartParams, "-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB"];
const database = await PGlite.create({ dataDir: "data", startParams });
await database.exec("CREATE TABLE note (id int PRIMARY KEY, text text)");
await database.exec("INSERT INTO note SELECT n, '' FROM generate_series(1, 1000) n");
for (let round = 1; round <= 100; round++)
  await database.exec(`UPDATE note SET text = repeat('${round} ', 300)`);
const { rows } = await database.query(`SELECT current_setting('max_wal_size') AS max, current_setting('autovacuum') AS auto,
  pg_total_relation_size('note') / 1000000 AS mb`);
const files = readdirSync("data/pg_wal").filter((name) => /^[0-9A-F]{24}$/.test(name)).length;
console.log(`Settings: max_wal_size = ${rows[0].max}, autovacuum = ${rows[0].auto}`);
console.log("Expected: a log of about 32 MB, and a table of a few MB for its 1,000 rows of 1 kB");
console.log(`Seen:     a log of ${files * 16} MB, and a table of ${rows[0].mb} MB`);
process.exit(files > 4 ? 0 : 1);
EOF
node log.mjs
