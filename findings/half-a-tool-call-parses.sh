#!/usr/bin/env bash
# One would guess: a streamed tool call that stopped in the middle of its arguments counts as
# invalid, because it is no JSON.
# What happens: the open quotes and brackets are closed, and the half call stands in `tool_calls`
# as a whole one. `invalid_tool_calls` is empty. The same text in a message that was not streamed
# is invalid.
# Why it matters: an answer that hit the token limit passes as complete, with a word cut in half
# and items missing.
# What we do instead: we read the pieces in `tool_call_chunks` and parse them strictly.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/core@1.4.0
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { AIMessageChunk } from "@langchain/core/messages";
import { parseToolCall } from "@langchain/core/output_parsers/openai_tools";

const args = '{"likes":["tea","cof';
const chunk = new AIMessageChunk({
  content: "",
  tool_call_chunks: [{ name: "save", args, id: "1", index: 0 }],
});
let strict;
try {
  strict = parseToolCall({ id: "1", function: { name: "save", arguments: args } });
} catch {
  strict = "refused";
}

console.log("Expected: the half arguments", args, "are an invalid call");
console.log("Seen:     streamed, tool_calls:", JSON.stringify(chunk.tool_calls.map((call) => call.args)));
console.log("          streamed, invalid_tool_calls:", JSON.stringify(chunk.invalid_tool_calls));
console.log("          not streamed:", strict);
assert.deepEqual(chunk.tool_calls[0]?.args, { likes: ["tea", "cof"] });
assert.deepEqual(chunk.invalid_tool_calls, []);
assert.equal(strict, "refused");
EOF
node finding.mjs
