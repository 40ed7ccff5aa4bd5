#!/usr/bin/env bash
# One would guess: a call whose signal is aborted ends at once, also when it just waits for its
# next try.
# What happens: the abort is only noticed when the wait is over. The waits grow from one second to
# many.
# Why it matters: the user presses Ctrl-C, or closes the page, and the program goes on for
# seconds.
# What we do instead: LangChain's retries are off. Our own wait ends with the signal.
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

const abort = new AbortController();
const server = http.createServer((_request, response) => {
  response.writeHead(503, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: "Busy." } }));
  setTimeout(() => abort.abort(), 100);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: "none",
  maxRetries: 3,
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
});
let abortedAt;
abort.signal.addEventListener("abort", () => (abortedAt = performance.now()));
await model.invoke("Hello", { signal: abort.signal }).catch(() => {});
const late = performance.now() - abortedAt;
server.close();

console.log("Expected: the call ends within 100 ms of its abort");
console.log("Seen:     it ended", Math.round(late), "ms after its abort");
assert.ok(late > 500);
EOF
node finding.mjs
