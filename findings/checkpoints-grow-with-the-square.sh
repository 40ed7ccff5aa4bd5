#!/usr/bin/env bash
# One would guess: a thread of twice as many turns takes twice the room.
# What happens: each step of each turn keeps the whole list of messages again, so that twice the
# turns take four times the room. A `DeltaChannel` (in 1.7, marked beta) keeps what was added and
# grows in a straight line.
# Why it matters: a chat of a few hundred short turns takes tens of megabytes.
# What we do instead: keep two steps of a turn, messages as text in parts of which PostgreSQL has
# each once, and a thread's latest messages only (docs/decisions/0031-fast-turns.md). We do not
# build on a beta; on PostgreSQL a DeltaChannel also has a price of its own
# (delta-channel-walks-back-one-query-at-a-time.sh).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  @langchain/langgraph-checkpoint@1.2.2
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import {
  Annotation,
  DeltaChannel,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  messagesDeltaReducer,
} from "@langchain/langgraph";

const sizeOf = (value) => {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length;
  return Object.values(Object(value)).reduce((sum, part) => sum + sizeOf(part), 0);
};
const bytesAfter = async (State, turns) => {
  const checkpointer = new MemorySaver();
  const graph = new StateGraph(State)
    .addNode("answer", () => ({ messages: [new AIMessage("Good answer. ".repeat(8))] }))
    .addEdge(START, "answer")
    .compile({ checkpointer });
  const thread = { configurable: { thread_id: "1" } };
  for (let turn = 0; turn < turns; turn++)
    await graph.invoke({ messages: [new HumanMessage("Good question. ".repeat(8))] }, thread);
  return sizeOf(checkpointer.storage) + sizeOf(checkpointer.writes);
};

const Delta = Annotation.Root({ messages: () => new DeltaChannel(messagesDeltaReducer) });
const plain = [await bytesAfter(MessagesAnnotation, 50), await bytesAfter(MessagesAnnotation, 100)];
const delta = [await bytesAfter(Delta, 50), await bytesAfter(Delta, 100)];
console.log("Expected: 100 turns take twice the room of 50");
console.log("Seen:     plain messages, bytes:", plain, "times", (plain[1] / plain[0]).toFixed(1));
console.log("          DeltaChannel, bytes:  ", delta, "times", (delta[1] / delta[0]).toFixed(1));
assert.ok(plain[1] / plain[0] > 3);
assert.ok(delta[1] / delta[0] < 2.6);
EOF
node finding.mjs
