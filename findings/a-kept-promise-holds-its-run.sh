#!/usr/bin/env bash
# One would guess: a settled promise that a node puts into a cache holds its value, and nothing else.
# What happens: before Node 24 it also holds the run in which it was made. @langchain/core carries a run's config through
# Node's AsyncLocalStorage, Node keeps that on each promise, and the config has the state of the graph: all messages of
# the thread. Timers hold it in the same way until they have fired. On Node 24 promises hold nothing.
# Why it matters: a cache of vectors, one for each message, kept the whole thread at each of its turns: half a megabyte a
# turn after some hundred turns.
# What we do instead: src/system/keep-promise.ts keeps a promise that was made outside of all runs.
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
import { setTimeout as delay } from "node:timers/promises";
import { HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const cache = new Map();
const messages = [];
const graphThatKeeps = (isKept) =>
  new StateGraph(MessagesAnnotation)
    .addNode("embed", async (state) => {
      messages.push(new WeakRef(state.messages[0]));
      const vector = Promise.resolve([1, 2, 3]);
      if (isKept) cache.set(messages.length, vector);
      await vector;
      return {};
    })
    .addEdge(START, "embed")
    .compile();

async function held(isKept) {
  messages.length = 0;
  cache.clear();
  const graph = graphThatKeeps(isKept);
  for (let run = 0; run < 10; run += 1)
    await graph.invoke({ messages: [new HumanMessage(`message ${run}`)] });
  for (let round = 0; round < 5; round += 1) {
    await delay(50);
    gc();
  }
  return messages.filter((each) => each.deref() !== undefined).length;
}

const [without, withCache] = [await held(false), await held(true)];
console.log("Node.js", process.version);
console.log("Expected: a cache of ten settled promises holds no message of the runs: 0");
console.log("Seen:    ", withCache, "of 10 messages are held; without the cache", without);
const major = Number(process.versions.node.split(".")[0]);
assert.ok(without <= 1);
assert.equal(withCache >= 9, major < 24);
EOF
node --expose-gc finding.mjs
