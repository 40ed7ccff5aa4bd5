#!/usr/bin/env bash
# One would guess: a run that is given an abort signal listens to it while it runs, and stops
# listening when it has ended.
# What happens: each run leaves one listener on the signal. From the eleventh on Node warns of a
# leak.
# Why it matters: a program that passes one signal to all of its runs (Ctrl-C, say) prints the
# warning in the middle of its output and keeps what the listeners hold.
# What we do instead: each run gets a signal of its own, which follows the caller's and lets go of
# it at the end.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Annotation, START, StateGraph } from "@langchain/langgraph";

const graph = new StateGraph(Annotation.Root({ done: Annotation() }))
  .addNode("work", () => ({ done: true }))
  .addEdge(START, "work")
  .compile();
const warnings = [];
process.removeAllListeners("warning");
process.on("warning", ({ name }) => warnings.push(name));

const { signal } = new AbortController();
const left = [];
for (let run = 0; run < 20; run++) {
  await graph.invoke({}, { signal });
  left.push(getEventListeners(signal, "abort").length);
}
await sleep(50);

console.log("Expected: after each run 0 listeners are left, and no warning");
console.log("Seen:     left after each of 20 runs:", left.join(" "));
console.log("          warnings:", warnings.join(", "));
assert.equal(left.at(-1), 20);
assert.deepEqual(warnings, ["MaxListenersExceededWarning"]);
EOF
node finding.mjs
