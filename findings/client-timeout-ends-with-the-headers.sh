#!/usr/bin/env bash
# One would guess: `timeout: 500` bounds the call, or at least the silence between two pieces of a
# stream.
# What happens: the limit is only for the headers. Once they are there a stream may pause for as
# long as it likes.
# Why it matters: a model server that gets stuck in the middle of an answer keeps its caller
# waiting, whatever the timeout says.
# What we do instead: a `fetch` of our own watches the time from piece to piece and of the whole
# call.
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

const piece = (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const server = http.createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(piece("Wait"));
  setTimeout(() => response.end(`${piece(" for it.")}data: [DONE]\n\n`), 2_000);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: "none",
  timeout: 500,
  maxRetries: 0,
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
});
const begun = performance.now();
let text = "";
for await (const chunk of await model.stream("Hello")) text += chunk.text;
const took = performance.now() - begun;
server.close();

console.log("Expected: a timeout after 500 ms");
console.log("Seen:     no error,", JSON.stringify(text), "after", Math.round(took), "ms");
assert.equal(text, "Wait for it.");
assert.ok(took > 1_500);
EOF
node finding.mjs
