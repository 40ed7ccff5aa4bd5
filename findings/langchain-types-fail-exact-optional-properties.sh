#!/usr/bin/env bash
# One would guess: the declarations that a package ships pass under any setting of the compiler
# that is made for stricter code.
# What happens: with `exactOptionalPropertyTypes` the compiler finds errors inside the
# declarations of LangChain, LangGraph and LangSmith. The program itself is one line.
# Why it matters: one cannot have this check and the check of libraries at the same time.
# What we do instead: the setting is on, and so is `skipLibCheck`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact \
  @langchain/core@1.4.0 \
  @langchain/langgraph@1.7.3 \
  zod@4.6.7 \
  typescript@5.9.3 \
  @types/node@20.19.43
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

writeFileSync(
  "program.ts",
  'import { StateGraph } from "@langchain/langgraph";\nexport const name: string = StateGraph.name;\n',
);
const errorsWith = (exact) => {
  const args = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  const { stdout } = spawnSync(
    "node_modules/.bin/tsc",
    [...args, "--exactOptionalPropertyTypes", `${exact}`, "program.ts"],
    { encoding: "utf8" },
  );
  return stdout.split("\n").filter((line) => /^\S.*error TS/.test(line));
};
const without = errorsWith(false);
const withExact = errorsWith(true);
console.log("Expected: no errors with either setting");
console.log("Seen:     exactOptionalPropertyTypes false:", without.length, "errors, true:", withExact.length);
for (const line of withExact) console.log("         ", line.slice(0, 110));
assert.equal(without.length, 0);
assert.ok(withExact.length > 0);
assert.ok(withExact.every((line) => line.startsWith("node_modules/")));
EOF
node finding.mjs
