#!/usr/bin/env bash
# One would guess: `withStructuredOutput` sends the JSON Schema of the zod schema as it is, made
# to fit OpenAI's strict mode, which wants every field in `required`.
# What happens: every field, at any depth, gets the answer's name as its title. Integers get
# bounds of 16 digits that nobody asked for. A field with a default or an optional one stays out
# of `required`, although `strict` is set.
# Why it matters: the title tells the model something wrong about each field, and a server that
# takes strict mode at its word refuses the schema.
# What we do instead: we send plain JSON Schema of our own making, with all fields required, and
# parse the answer with zod ourselves.
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

let sent;
const server = http.createServer(async (request, response) => {
  sent = JSON.parse(Buffer.concat(await request.toArray()).toString());
  response.setHeader("content-type", "application/json");
  const message = { role: "assistant", content: '{"stars":3,"by":{"name":"ann"}}' };
  response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message }] }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const Review = z.object({
  stars: z.number().int(),
  by: z.object({ name: z.string() }),
  note: z.string().optional(),
});
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: "none",
  configuration: { baseURL: `http://127.0.0.1:${server.address().port}` },
});
await model.withStructuredOutput(Review, { name: "review", strict: true }).invoke("How was it?");
server.close();

const { strict, schema } = sent.response_format.json_schema;
console.log("Expected: no titles, a plain integer, and stars, by and note required");
console.log("Seen:     strict:", strict, "required:", schema.required.join(", "));
console.log("          stars:  ", JSON.stringify(schema.properties.stars));
console.log("          by.name:", JSON.stringify(schema.properties.by.properties.name));
assert.equal(strict, true);
assert.deepEqual(schema.required, ["stars", "by"]);
assert.equal(schema.properties.stars.title, "review");
assert.equal(schema.properties.stars.minimum, Number.MIN_SAFE_INTEGER);
assert.equal(schema.properties.by.properties.name.title, "review");
EOF
node finding.mjs
