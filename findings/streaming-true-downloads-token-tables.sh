#!/usr/bin/env bash
# One would guess: `streaming: true` only makes `invoke` use a stream under the hood.
# What happens: when the server's stream reports no usage, the client counts tokens itself, and
# for that downloads a table of some megabytes from a web site. Without the table it prints an
# error with its stack and guesses. `stream()` without the setting does nothing of the kind.
# Why it matters: a program that should talk to a local model server only calls a third party, and
# is slow or noisy where it cannot.
# What we do instead: `streaming` is never set. We call `stream()`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/openai@1.5.8 \
  @langchain/core@1.4.0 \
  openai@6.49.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import http from "node:http";
import { ChatOpenAI } from "@langchain/openai";

const server = http.createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const choice = { index: 0, delta: { content: "Hello" }, finish_reason: "stop" };
  response.end(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

// Nothing leaves this machine: requests to anywhere else are noted and not sent.
const realFetch = globalThis.fetch;
const elsewhere = [];
let asked;
const somebodyElse = new Promise((resolve) => (asked = resolve));
globalThis.fetch = async (input, init) => {
  const url = new URL(input.url ?? input);
  if (url.hostname === "127.0.0.1") return realFetch(input, init);
  elsewhere.push(url.pathname);
  asked();
  return new Promise(() => {});
};

const settings = {
  model: "gpt-4o-mini",
  apiKey: "none",
  maxRetries: 0,
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
};
for await (const _ of await new ChatOpenAI(settings).stream("Hi"));
const streamed = elsewhere.length;
await Promise.race([new ChatOpenAI({ ...settings, streaming: true }).invoke("Hi"), somebodyElse]);
server.close();

console.log("Expected: requests to the model server only");
console.log("Seen:     stream(): requests elsewhere:", streamed);
console.log("          streaming: true: requests elsewhere:", [...new Set(elsewhere)].join(", "));
assert.equal(streamed, 0);
assert.ok(elsewhere.length > 0);
process.exit(0);
EOF
node finding.mjs
