#!/usr/bin/env bash
# One would guess: loading a library that draws plots changes nothing for the rest of the program.
# What happens: vega-lite gives `Set.prototype` a `toJSON`. From then on every set in the process becomes a text in JSON,
# before a replacer sees it, so that a serializer that knows sets, as LangGraph's for checkpoints, keeps "Set(1)".
# Why it matters: a graph whose state has a set reads another value back than it wrote, without an error, once a report
# was drawn in the same process.
# What we do instead: no state of ours has sets; a test that has them takes the method away first.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  vega-lite@6.4.3 \
  vega@6.4.0 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { MemorySaver } from "@langchain/langgraph-checkpoint";

const { serde } = new MemorySaver();
const kept = async () => serde.loadsTyped(...(await serde.dumpsTyped(new Set([1]))));
console.log("Expected: a set is read back as a set, whatever else is loaded");
assert.deepEqual(await kept(), new Set([1]));
await import("vega-lite");
const after = await kept();
console.log("Seen:     after vega-lite is loaded it is", JSON.stringify(after));
assert.equal(after, "Set(1)");
EOF
node finding.mjs
