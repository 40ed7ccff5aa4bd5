#!/usr/bin/env bash
# One would guess: a native package that npm installs on a machine loads there; a newer patch of
# it does not ask for a newer system.
# What happens: the server that comes with chromadb 3.5 asks for glibc 2.39. Its build 1.0.5 asked
# for 2.34. Both packages say "glibc" and no version, so npm installs them anywhere, and loading
# fails with a message of the linker. Debian 12 and Ubuntu 22.04 have 2.36 and 2.35.
# Why it matters: `chroma run` fails on two of the most common systems, after a download of 100
# MB.
# What we do instead: a clone overrides it with build 1.0.5; elsewhere an error names the command
# that installs that.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
echo 'legacy-peer-deps=true' >.npmrc
npm install --no-audit --no-fund --silent --save-exact \
  chromadb-js-bindings-linux-x64-gnu@1.3.4 \
  chromadb-old@npm:chromadb-js-bindings-linux-x64-gnu@1.0.5
npm pkg get dependencies

cat >finding.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const minor = (version) => Number(version.split(".")[1]);
const needed = (name) => {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const { main, libc, version } = JSON.parse(readFileSync(new URL("package.json", folder)));
  const names = readFileSync(new URL(main, folder)).toString("latin1").match(/\bGLIBC_2\.\d+/g);
  const glibc = [...new Set(names)].map((each) => each.slice(6)).sort((a, b) => minor(b) - minor(a))[0];
  return { version, libc, glibc };
};
const [current, old] = [needed("chromadb-js-bindings-linux-x64-gnu"), needed("chromadb-old")];
const here = process.report.getReport().header.glibcVersionRuntime;
let loading = "loads";
try {
  require("chromadb-js-bindings-linux-x64-gnu");
} catch (error) {
  loading = error.message.split("\n")[0].replace(/\/\S*\//g, "");
}
console.log("Expected: both ask for the same glibc, or say which one they ask for");
console.log("Seen:    ", old);
console.log("         ", current);
console.log("          here, with glibc", here, "the current one:", loading);
assert.equal(old.glibc, "2.34");
assert.equal(current.glibc, "2.39");
assert.deepEqual(current.libc, ["glibc"]);
EOF
node finding.mjs
