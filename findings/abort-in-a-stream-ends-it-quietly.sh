#!/usr/bin/env bash
# One would guess: when the `fetch` that the client was given aborts in the middle of a stream,
# the reader of the stream gets the error.
# What happens: an error named AbortError ends the stream as if it were complete. An error of any
# other name, such as TimeoutError, is thrown.
# Why it matters: a time limit of one's own, made with an AbortController, turns a lost answer
# into half an answer that looks whole.
# What we do instead: our time limit aborts with an error of our own, never with an AbortError.
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
  response.write(piece("Do not"));
  setTimeout(() => response.end(`${piece(" forget the not.")}data: [DONE]\n\n`), 1_500);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const outcome = async (reason) => {
  const limitedFetch = (input, init) => {
    const limit = new AbortController();
    setTimeout(() => limit.abort(reason), 300);
    return fetch(input, { ...init, signal: AbortSignal.any([init.signal, limit.signal]) });
  };
  const model = new ChatOpenAI({
    model: "gpt-4o-mini",
    apiKey: "none",
    maxRetries: 0,
    configuration: { baseURL: `http://127.0.0.1:${server.address().port}`, fetch: limitedFetch },
  });
  let text = "";
  try {
    for await (const chunk of await model.stream("Hello")) text += chunk.text;
    return `ends with the text ${JSON.stringify(text)}`;
  } catch (error) {
    return `throws ${error.name}`;
  }
};
const plain = await outcome();
const named = await outcome(new DOMException("Too slow.", "TimeoutError"));
server.closeAllConnections();
server.close();

console.log("Expected: both throw, as the answer was cut off");
console.log("Seen:     aborted without a reason:     ", plain);
console.log("          aborted with a TimeoutError:  ", named);
assert.equal(plain, 'ends with the text "Do not"');
assert.equal(named, "throws TimeoutError");
EOF
node finding.mjs
