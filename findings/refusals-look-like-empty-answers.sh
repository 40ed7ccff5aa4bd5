#!/usr/bin/env bash
# One would guess: when the provider's answer is a refusal (`message.refusal`), LangChain's
# message has its text somewhere.
# What happens: the message is empty. The refusal is neither in its content nor in
# `additional_kwargs` nor in `response_metadata`, and the reason to finish is `stop`.
# Why it matters: a program asks again and again, or tells the user that the model said nothing.
# What we do instead: a small subclass of LangChain's completions client keeps the refusal in
# `additional_kwargs`.
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

const refusal = "I cannot help with that.";
const server = http.createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  const message = { role: "assistant", content: null, refusal };
  response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message }] }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: "none",
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
});
const message = await model.invoke("Help me with this.");
server.close();

console.log("Expected: the text of the refusal is somewhere in the message");
console.log("Seen:     content:", JSON.stringify(message.content));
console.log("          additional_kwargs:", JSON.stringify(message.additional_kwargs));
console.log("          response_metadata:", JSON.stringify(message.response_metadata));
assert.equal(message.content, "");
assert.ok(!JSON.stringify(message).includes(refusal));
EOF
node finding.mjs
