#!/usr/bin/env bash
# One would guess: `optimize` rewrites the instruction of a program as its guide shows it, without
# one to begin with: GEPA lists it among the components that it optimises.
# What happens: the instruction is an empty string, which the optimiser's own request for a better
# one refuses as a missing field. The error is swallowed, and the empty instruction is evaluated
# again as if it were new. Only the other component, the description, is ever proposed for.
# Why it matters: each such round uses up the budget (of 100 evaluations by default, 40) for
# nothing; a program without a description of its task learns nothing at all.
# What we do instead: give the program an instruction first, in
# bench/side-by-side/peers/ax.mjs.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact \
  @ax-llm/ax@24.0.21
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { ax, AxMockAIService, optimize } from "@ax-llm/ax";

// It answers "yes" where its instruction says so, and proposes to say so.
const asks = [];
const studentAI = new AxMockAIService({
  features: { functions: false, streaming: false },
  chatResponse: async ({ chatPrompt: [system] }) => {
    const [, field] = /wire key: `(\w+)`/.exec(system.content);
    asks.push(field);
    const answer = system.content.includes("Say yes") ? "yes" : "no";
    const content = { answer, feedbackSummary: "It is yes.", newValue: "Say yes every time." };
    const tokens = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };
    return {
      results: [{ index: 0, content: `${field}: ${content[field]}`, finishReason: "stop" }],
      modelUsage: { ai: "mock", model: "mock", tokens },
    };
  },
});
const items = (name) =>
  Array.from({ length: 20 }, (_, n) => ({ question: `${name} ${n}`, answer: "yes" }));
const optimized = async (instruction) => {
  asks.length = 0;
  const program = ax('question:string -> answer:class "yes, no"');
  if (instruction !== undefined) program.setInstruction(instruction);
  const isRight = ({ prediction, example }) => Number(prediction.answer === example.answer);
  const { bestScore } = await optimize(program, items("first"), isRight, {
    studentAI,
    validationExamples: items("second"),
    optimizerLogger: () => {},
  });
  const count = (field) => asks.filter((each) => each === field).length;
  return { score: bestScore, answers: count("answer"), proposals: count("newValue") };
};

const [without, withOne] = [await optimized(), await optimized("Answer the question.")];
console.log("Expected: the same without an instruction to begin with as with one");
console.log("Without: ", without);
console.log("With one:", withOne);
assert.deepEqual(without, { score: 0, answers: 100, proposals: 0 });
assert.equal(withOne.score, 1);
EOF
node finding.mjs
