#!/usr/bin/env bash
# One would guess: to keep the last messages that fit, `trimMessages` counts each message about
# once.
# What happens: it counts the whole thread, then all but one message, and so on until the rest
# fits. For twice as many messages the counter sees four times as many.
# Why it matters: with a real tokenizer a long thread takes seconds before each model call.
# What we do instead: walk back from the newest message and count each once, in
# src/state/prompt-messages.ts.
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
import { AIMessage, HumanMessage, trimMessages } from "@langchain/core/messages";

const countedFor = async (length) => {
  const thread = Array.from({ length }, (_, i) =>
    i % 2 === 0 ? new HumanMessage(`question ${i}`) : new AIMessage(`answer ${i}`),
  );
  let counted = 0;
  const kept = await trimMessages(thread, {
    strategy: "last",
    maxTokens: 10,
    tokenCounter: (messages) => {
      counted += messages.length;
      return messages.length;
    },
  });
  assert.equal(kept.length, 10);
  return counted;
};

const [small, large] = [await countedFor(200), await countedFor(400)];
console.log("Expected: about 200 messages counted in a thread of 200, about 400 in one of 400");
console.log("Seen:    ", small, "and", large);
assert.ok(small > 10 * 200);
assert.ok(large / small > 3.5);
EOF
node finding.mjs
