#!/usr/bin/env bash
# One would guess: a package of optional integrations installs beside zod 4 as LangChain's others do,
# and brings no more than what they share.
# What happens: it has a required peer, a package that drives browsers, which wants zod 3. npm refuses
# the two together; without a zod of one's own it installs Playwright and zod 3.
# Why it matters: one tool of this package that needs neither costs a browser driver, or an install
# that fails.
# What we do instead: `legacy-peer-deps=true` in `.npmrc`, which leaves required peers away. Whoever
# installs our package gets this one on request only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Only works out what would be installed, and installs nothing.
resolve() {
  mkdir "$1"
  echo '{ "private": true }' >"$1/package.json"
  npm install --prefix "$1" --package-lock-only --no-audit --no-fund --save-exact --legacy-peer-deps="$2" \
    @langchain/community@1.1.29 @langchain/core@1.4.0 @langchain/openai@1.5.8 "${@:3}" >"$1.log" 2>&1
}
brings() {
  node -p '
    const { packages } = JSON.parse(fs.readFileSync(process.argv[1] + "/package-lock.json"));
    const names = ["@browserbasehq/stagehand", "playwright", "zod"];
    names.map((name) => `${name} ${packages["node_modules/" + name]?.version ?? "-"}`).join(", ");
  ' "$1"
}

echo "@langchain/community 1.1.29, @langchain/core 1.4.0, @langchain/openai 1.5.8, zod 4.6.7"
echo "Expected: it installs beside zod 4, without a browser"
if resolve beside-zod-4 false zod@4.6.7; then
  beside="installs"
else
  beside="refused: $(grep -m 1 'peer zod' beside-zod-4.log | sed 's/npm error //')"
fi
resolve alone false
resolve legacy true zod@4.6.7
echo "Seen:     beside zod 4:            $beside"
echo "          without zod:             $(brings alone)"
echo "          with legacy-peer-deps:   $(brings legacy)"

[[ $beside == *stagehand* ]]
[[ $(brings alone) == *"playwright 1."*"zod 3."* ]]
[[ $(brings legacy) == "@browserbasehq/stagehand -, playwright -, zod 4.6.7" ]]
