#!/usr/bin/env bash
# One would guess: when a run is aborted while a tool works, `ToolNode` throws the abort on, and
# the agent ends.
# What happens: the abort becomes a tool message that asks the model to fix its mistakes. Only
# `handleToolErrors: false` throws.
# Why it matters: the model is told that it did something wrong, and the node takes a wish to stop
# for a result.
# What we do instead: `ToolNode` carries out each call with `handleToolErrors: false`, and we
# decide what becomes a message.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph@1.7.3 \
  @langchain/core@1.4.0 \
  zod@4.6.7
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { AIMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { z } from "zod";

const slow = tool(() => new Promise((resolve) => setTimeout(resolve, 1_000, "done")), {
  name: "slow",
  description: "Takes a second.",
  schema: z.object({}),
});
const call = new AIMessage({ content: "", tool_calls: [{ name: "slow", args: {}, id: "1" }] });
const outcome = (options) =>
  new ToolNode([slow], options).invoke([call], { signal: AbortSignal.timeout(100) }).then(
    ([message]) => `message of status ${message.status}: ${message.content.replace("\n", "")}`,
    (error) => `throws ${error.name}`,
  );

const byDefault = await outcome({});
const asked = await outcome({ handleToolErrors: false });
console.log("Expected: throws TimeoutError");
console.log("Seen:     by default:", byDefault);
console.log("          with handleToolErrors false:", asked);
assert.match(byDefault, /status error: .*aborted.*fix your mistakes/);
assert.match(asked, /throws/);
EOF
node finding.mjs
