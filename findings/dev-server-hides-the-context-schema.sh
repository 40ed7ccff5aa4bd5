#!/usr/bin/env bash
# One would guess: the server tells the context schema of every graph, however its state is
# declared. Studio draws the form for the settings from it.
# What happens: with `StateSchema`, the newer way to declare a state, there is no context schema
# in the answer. With a zod object for the state there is, with its defaults.
# Why it matters: Studio shows no form for the settings, and does not say why.
# What we do instead: the state is a zod object.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/lib/dev-server.mjs" "$folder"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-cli@1.5.1 \
  @langchain/langgraph-api@1.5.1 \
  @langchain/langgraph-sdk@1.15.0 \
  @langchain/langgraph@1.7.3 \
  @langchain/langgraph-checkpoint@1.2.2 \
  @langchain/core@1.4.0 \
  zod@4.6.7 \
  typescript@5.9.3
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { Client } from "@langchain/langgraph-sdk";
import { startDevServer } from "./dev-server.mjs";

await writeFile(
  "graphs.mjs",
  `import { START, StateGraph, StateSchema } from "@langchain/langgraph";
import { z } from "zod";
const fields = { answer: z.string().optional() };
const context = z.object({ tone: z.string().default("calm") });
const make = (state) =>
  new StateGraph(state, context).addNode("work", () => ({})).addEdge(START, "work").compile();
export const zodObject = make(z.object(fields));
export const stateSchema = make(new StateSchema(fields));`,
);
const graphs = { zodObject: "./graphs.mjs:zodObject", stateSchema: "./graphs.mjs:stateSchema" };
await writeFile("langgraph.json", JSON.stringify({ node_version: "20", graphs }));
const client = new Client({ apiUrl: await startDevServer() });

const schemaOf = async (graphId) => {
  const [assistant] = await client.assistants.search({ graphId });
  return (await client.assistants.getSchemas(assistant.assistant_id)).context_schema;
};
const [zodObject, stateSchema] = [await schemaOf("zodObject"), await schemaOf("stateSchema")];
console.log("Expected: the same context schema twice");
console.log("Seen:     state is a zod object:", JSON.stringify(zodObject?.properties));
console.log("          state is a StateSchema:", JSON.stringify(stateSchema));
assert.equal(zodObject.properties.tone.default, "calm");
assert.equal(stateSchema ?? undefined, undefined);
process.exit(0);
EOF
node finding.mjs
