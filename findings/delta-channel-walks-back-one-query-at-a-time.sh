#!/usr/bin/env bash
# One would guess: `DeltaChannel`, which keeps only what was added to a thread, is cheaper on
# PostgreSQL than plain messages, and a turn costs the same however long the thread is.
# What happens: PostgresSaver has no way of its own to read the history of such a channel. It
# walks back from checkpoint to checkpoint, one read at a time, up to the last snapshot. The
# statements for a turn grow with the thread.
# Why it matters: it saves room and costs a round trip to the database for each earlier step.
# What we do instead: a channel of our own, src/state/thread-messages.ts.
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
  @electric-sql/pglite-socket@0.2.17 \
  pg@8.23.1
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import {
  Annotation,
  DeltaChannel,
  MessagesAnnotation,
  START,
  StateGraph,
  messagesDeltaReducer,
} from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import pg from "pg";

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
await server.start();
const url = `postgresql://postgres@${server.getServerConn()}/postgres`;
let statements = 0;
const query = pg.Client.prototype.query;
pg.Client.prototype.query = function (...args) {
  statements++;
  return query.apply(this, args);
};
const checkpointer = PostgresSaver.fromConnString(url);
await checkpointer.setup();

const statementsPerTurn = async (State, thread_id) => {
  const graph = new StateGraph(State)
    .addNode("answer", () => ({ messages: [new AIMessage("Yes.")] }))
    .addEdge(START, "answer")
    .compile({ checkpointer });
  const seen = [];
  for (let turn = 1; turn <= 30; turn++) {
    const before = statements;
    await graph.invoke({ messages: [new HumanMessage("Well?")] }, { configurable: { thread_id } });
    if (turn % 10 === 0) seen.push(statements - before);
  }
  return seen;
};
const Delta = Annotation.Root({ messages: () => new DeltaChannel(messagesDeltaReducer) });
const plain = await statementsPerTurn(MessagesAnnotation, "plain");
const delta = await statementsPerTurn(Delta, "delta");
console.log("Expected: the same number of statements in the 10th, 20th and 30th turn");
console.log("Seen:     plain messages:", plain, " DeltaChannel:", delta);
assert.ok(plain[2] - plain[0] <= 2);
assert.ok(delta[2] > 2 * delta[0]);
process.exit(0);
EOF
node finding.mjs
