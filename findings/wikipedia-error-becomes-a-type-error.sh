#!/usr/bin/env bash
# One would guess: when Wikipedia's interface answers with an error, `WikipediaQueryRun` throws an
# error that repeats it. MediaWiki sends such answers with status 200 and a field `error`, when it
# is too busy, for one.
# What happens: it parses the answer as a result and throws a TypeError about a property of
# undefined. The server's words are lost. (With a status of 429 or 500 it throws "Network response
# was not ok", without the status.)
# Why it matters: a model, or a person, is told of a mistake in the program, where the server only
# asked to come back later.
# What we do instead: the two steps that fetch are replaced by ours on the instance, with a time
# limit and an error that says what the server said.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/community@1.1.29 \
  @langchain/core@1.4.0 \
  @langchain/openai@1.5.8
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import http from "node:http";
import { WikipediaQueryRun } from "@langchain/community/tools/wikipedia_query_run";

let status;
const server = http.createServer((_request, response) => {
  response.writeHead(status, { "content-type": "application/json", "retry-after": "5" });
  response.end(JSON.stringify({ error: { code: "maxlag", info: "Waiting for a database." } }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const wikipedia = new WikipediaQueryRun({ baseUrl: `http://127.0.0.1:${server.address().port}/w/api.php` });
const messageFor = async (answered) => {
  status = answered;
  const error = await wikipedia.invoke("tea").catch((thrown) => thrown);
  return `${error.name}: ${error.message}`;
};
const [reported, unavailable] = [await messageFor(200), await messageFor(503)];
server.close();

console.log('Expected: errors that say "Waiting for a database.", or at least the status');
console.log("Seen:     error in an answer with status 200:", reported);
console.log("          status 503:                        ", unavailable);
assert.match(reported, /^TypeError/);
assert.doesNotMatch(unavailable, /503|database/);
EOF
node finding.mjs
