#!/usr/bin/env bash
# One would guess: `maxRetries: 2` tries twice more after "429 Too Many Requests", as after a 503,
# with a wait of the client's own choice when the server names none.
# What happens: without the header `retry-after` a 429 is taken for final at once. With the
# header, and after a 503, it is tried again.
# Why it matters: many servers that talk OpenAI's protocol send a bare 429. Calls then fail in the
# first busy second, whatever `maxRetries` says.
# What we do instead: LangChain's retries are off. Ours are in one `fetch` that is given to the
# client.
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

const requestsFor = async (status, headers = {}) => {
  let requests = 0;
  const server = http.createServer((_request, response) => {
    requests++;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message: "Busy." } }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const model = new ChatOpenAI({
    model: "gpt-4o-mini",
    apiKey: "none",
    maxRetries: 1,
    configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
  });
  await model.invoke("Hello").catch(() => {});
  server.close();
  return requests;
};

const [bare, named, unavailable] = await Promise.all([
  requestsFor(429),
  requestsFor(429, { "retry-after": "1" }),
  requestsFor(503),
]);
console.log("Expected: with maxRetries 1, 2 requests each");
console.log("Seen:     429:", bare, " 429 with retry-after:", named, " 503:", unavailable);
assert.deepEqual([bare, named, unavailable], [1, 2, 2]);
EOF
node finding.mjs
