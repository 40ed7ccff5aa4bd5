#!/usr/bin/env bash
# One would guess: with `includeRaw: true` an answer that does not fit the schema comes back as
# `raw` beside `parsed: null`, so that its text can be repaired and its tokens counted.
# What happens: the OpenAI client checks the answer while it reads it, and throws. Prose throws a
# SyntaxError, JSON that does not fit a ZodError. Text and usage are gone.
# Why it matters: small models answer in prose or leave a field out. Such an answer costs money
# and cannot be shown, repaired or counted.
# What we do instead: answers bound to a schema are streamed, and read by a parser of ours that
# always has the text.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/openai@1.5.8 \
  @langchain/core@1.4.0 \
  openai@6.49.0 \
  zod@4.6.7
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import http from "node:http";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";

let content;
const server = http.createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content } };
  const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 };
  response.end(JSON.stringify({ choices: [choice], usage }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: "none",
  maxRetries: 0,
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
}).withStructuredOutput(z.object({ stars: z.number() }), { name: "review", includeRaw: true });
const outcome = async (answer) => {
  content = answer;
  return model.invoke("How was it?").then(
    ({ raw, parsed }) => `raw ${JSON.stringify(raw.content)}, parsed ${JSON.stringify(parsed)}`,
    (error) => `throws ${error.name.replace("$", "")}`,
  );
};

const fit = await outcome('{"stars":3}');
const unfit = await outcome('{"stars":"three"}');
const prose = await outcome("I would say three stars.");
server.close();
console.log("Expected: all three come back as raw");
console.log("Seen:     JSON that fits:        ", fit);
console.log("          JSON that does not fit:", unfit);
console.log("          prose:                 ", prose);
assert.match(fit, /^raw/);
assert.match(unfit, /^throws ZodError/);
assert.match(prose, /^throws SyntaxError/);
EOF
node finding.mjs
