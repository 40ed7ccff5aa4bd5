#!/usr/bin/env bash
# One would guess: a document that was deleted is out of Chroma's files, at the latest after
# `chroma vacuum`, which "purges the log" by its own words.
# What happens: it stays in the log of writes (`embeddings_queue`) until the collection has had a
# thousand further writes (`sync_threshold`), and `chroma vacuum` does not change that.
# Why it matters: whoever deletes a person's data, and looks at the files, still finds it.
# What we do instead: nothing that can be read goes into Chroma. Words and vectors are changed
# with a secret of the user's, which is in PostgreSQL and deleted with the user.
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

cat >deleting.mjs <<'EOF'
import { startChroma } from "./chroma-server.mjs";

const client = await startChroma();
const collection = await client.createCollection({ name: "notes", embeddingFunction: null });
await collection.add({ ids: ["a", "b"], embeddings: [[1, 0], [0, 1]], documents: ["tea", "quizzlewump"] });
await collection.delete({ ids: ["b"] });
const { ids } = await collection.get({ whereDocument: { $contains: "quizzlewump" } });
console.log("Found by Chroma:", ids);
process.exit(ids.length);
EOF
node deleting.mjs
vacuum='require("chromadb-js-bindings-linux-x64-gnu").cli(["chroma", "vacuum", "--path", "data", "--force"])'
# It says that it is done, and does not end.
timeout -s KILL 20 node -e "$vacuum" >vacuum.log 2>&1 || true
grep -q 'Vacuum complete' vacuum.log
echo "Expected: after the vacuum, the file holds 'quizzlewump' 0 times"
count=$(grep -ao quizzlewump data/chroma.sqlite3 | wc -l)
echo "Seen:     $count times"
test "$count" -gt 0
