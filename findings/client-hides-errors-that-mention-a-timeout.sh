#!/usr/bin/env bash
# One would guess: an error that the given `fetch` throws arrives as the cause of the client's
# connection error.
# What happens: if its text, or its cause's, holds "timeout" or "timed out" in any sense, it is
# replaced by "Request timed out." without a cause.
# Why it matters: a message that names the setting to change (MODEL_TIMEOUT, say) never reaches
# the person who could change it.
# What we do instead: our error is wrapped in two others, of which the outer ones do not hold the
# word.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact openai@6.49.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import OpenAI from "openai";

async function failWith(text) {
  const client = new OpenAI({
    apiKey: "none",
    baseURL: "http://localhost:1",
    maxRetries: 0,
    fetch: async () => {
      throw new Error(text);
    },
  });
  const request = { model: "m", messages: [{ role: "user", content: "Hello" }] };
  return client.chat.completions.create(request).catch((error) => error);
}
const plain = await failWith("The proxy refuses this model.");
const named = await failWith("The proxy has no value for MODEL_TIMEOUT.");

console.log("Expected: both texts, as the cause of a connection error");
console.log("Seen:    ", plain.cause?.message, "/", named.message, "/", named.cause);
assert.equal(plain.cause.message, "The proxy refuses this model.");
assert.equal(named.constructor.name, "APIConnectionTimeoutError");
assert.equal(named.cause, undefined);
assert.ok(!named.message.includes("MODEL_TIMEOUT"));
EOF
node finding.mjs
