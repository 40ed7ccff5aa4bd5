#!/usr/bin/env bash
# One would guess: what `withStructuredOutput` returns can be streamed as it can be invoked, with
# every provider's model.
# What happens: with `ChatGoogle` `invoke` gives the object, and `stream` throws "Cannot handle
# non-string output" at the first chunk. The parser of core that the model's package puts behind the
# model reads a chunk's `content` as text, and this provider's is a list of blocks. The whole answer,
# a correct call of the tool, is lost. Anthropic's package brings a parser of its own, which streams.
# Why it matters: whoever streams structured answers, so that a long one shows signs of life, gets
# none from this provider, and the error names no cause.
# What we do instead: we stream the model alone, the first step of the sequence, and read the answer
# ourselves.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/google@0.2.1 \
  @langchain/core@1.4.0 \
  zod@4.6.7
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { ChatGoogle } from "@langchain/google";
import { z } from "zod";

// What Gemini answers to a request for this function, whole or as the one event of a stream.
const answer = {
  candidates: [
    {
      index: 0,
      finishReason: "STOP",
      content: {
        role: "model",
        parts: [{ functionCall: { name: "review", args: { stars: 3 } } }],
      },
    },
  ],
};
const apiClient = {
  hasApiKey: () => true,
  getProjectId: async () => "none",
  fetch: async ({ url }) =>
    url.includes("streamGenerateContent")
      ? new Response(`data: ${JSON.stringify(answer)}\r\n\r\n`)
      : new Response(JSON.stringify(answer)),
};
const model = new ChatGoogle({ model: "gemini-2.5-flash", apiClient, maxRetries: 0 });
const structured = model.withStructuredOutput(z.object({ stars: z.number() }), { name: "review" });

const invoked = await structured.invoke("How was it?");
const streamed = (async () => {
  for await (const part of await structured.stream("How was it?")) return part;
})();
const failure = await streamed.then(
  () => null,
  (error) => error.message,
);
console.log("Expected: the same object, invoked and streamed");
console.log("Seen:     invoked: ", JSON.stringify(invoked));
console.log("          streamed:", failure);
assert.deepEqual(invoked, { stars: 3 });
assert.match(failure, /Cannot handle non-string output/);
EOF
node finding.mjs
