#!/usr/bin/env bash
# One would guess: with `store.index` in `langgraph.json` a search of the server's store ranks
# records by their embeddings. If the server cannot do that it says so.
# What happens: the configuration is taken and has no effect. A search with a query gives the
# records in the order of writing, without scores, and the embeddings are never asked.
# Why it matters: memory seems to work while there is little in it, and finds the wrong things
# later.
# What we do instead: semantic search is in an index of our own.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/lib/dev-server.mjs" "$folder"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-cli@1.5.1 \
  @langchain/langgraph-api@1.5.1 \
  @langchain/langgraph-sdk@1.15.0 \
  @langchain/langgraph@1.7.3 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0 \
  zod@4.6.7 \
  typescript@5.9.3
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { Client } from "@langchain/langgraph-sdk";
import { startDevServer } from "./dev-server.mjs";

await writeFile(
  "graph.mjs",
  `import { Annotation, START, StateGraph } from "@langchain/langgraph";
export const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile();`,
);
await writeFile(
  "embed.mjs",
  `import { appendFileSync } from "node:fs";
export const embed = async (texts) => {
  appendFileSync("asked", texts.join());
  return texts.map((text) => (text.includes("tea") ? [1, 0] : [0, 1]));
};`,
);
await writeFile(
  "langgraph.json",
  JSON.stringify({
    node_version: "20",
    graphs: { work: "./graph.mjs:graph" },
    store: { index: { dims: 2, embed: "./embed.mjs:embed", fields: ["text"] } },
  }),
);
const { store } = new Client({ apiUrl: await startDevServer() });
for (const [key, text] of [["1", "drives a car"], ["2", "drinks tea"]])
  await store.putItem(["likes"], key, { text });
const { items } = await store.searchItems(["likes"], { query: "tea" });
const seen = items.map(({ value, score }) => [value.text, score]);
const { existsSync } = await import("node:fs");

console.log('Expected: "drinks tea" first, with a score');
console.log("Seen:    ", seen, "embeddings asked:", existsSync("asked"));
assert.deepEqual(seen, [["drives a car", undefined], ["drinks tea", undefined]]);
assert.equal(existsSync("asked"), false);
process.exit(0);
EOF
node finding.mjs
