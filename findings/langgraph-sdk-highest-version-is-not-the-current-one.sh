#!/usr/bin/env bash
# One would guess: of a package's releases the highest number is the current one, and the newest.
# What happens: @langchain/langgraph-sdk has a 2.0.0 that is deprecated and older than 1.15.0, the current
# one. The same holds for @langchain/langgraph-api and @langchain/langgraph-cli.
# Why it matters: `^2.0.0` looks up to date and gets no fix any more, and LangGraph, which wants 1.15, brings
# a second copy of its own.
# What we do instead: we go by the tag `latest`, and look at what npm calls deprecated.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' >package.json

stale=""
for name in sdk api cli; do
  package=@langchain/langgraph-$name
  echo "$package"
  latest=$(npm view "$package" dist-tags.latest)
  deprecated=$(npm view "$package@2.0.0" deprecated)
  published=$(npm view "$package" "time[$latest]")
  older=$(npm view "$package" "time[2.0.0]")
  echo "Expected: the tag latest is on 2.0.0, or on what came after it"
  echo "Seen:     the tag latest is on $latest of ${published:0:10}; 2.0.0 of ${older:0:10} is ${deprecated:+deprecated}"
  [[ $latest == 1.* && -n $deprecated && $older < $published ]] || stale=yes
done

npm install --package-lock-only --no-audit --no-fund --silent --save-exact \
  @langchain/langgraph-sdk@2.0.0 @langchain/langgraph@1.7.3 @langchain/core@1.4.0 zod@4.6.7
copies=$(node -p '
  const { packages } = JSON.parse(fs.readFileSync("package-lock.json"));
  const names = Object.keys(packages).filter((name) => name.endsWith("@langchain/langgraph-sdk"));
  names.map((name) => packages[name].version).sort().join(" and ");
')
echo "Seen:     beside @langchain/langgraph 1.7.3 these copies are installed: $copies"
[[ -z $stale && $copies == "1."*" and 2.0.0" ]]
