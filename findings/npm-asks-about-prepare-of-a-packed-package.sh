#!/usr/bin/env bash
# One would guess: `prepare` is a script of a clone; whoever installs the packed package never meets it.
# What happens: npm 11.19 names it among the install scripts that nobody allowed, if the package comes as a tarball,
# although it never runs it there.
# Why it matters: an install by our README would begin with a warning.
# What we do instead: the script `dependencies`, which npm runs in a clone alone, after node_modules changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
seen=""
for script in prepare dependencies; do
  mkdir "$script" "user-of-$script"
  echo "{ \"name\": \"built\", \"version\": \"1.0.0\", \"scripts\": { \"$script\": \"echo built\" } }" >"$script/package.json"
  (cd "$script" && npx --yes npm@11.19.1 pack --silent >/dev/null)
  echo '{ "private": true }' >"user-of-$script/package.json"
  warnings=$(cd "user-of-$script" && npx --yes npm@11.19.1 install --no-audit --no-fund "../$script/built-1.0.0.tgz" 2>&1 || true)
  if [[ $warnings == *"built@1.0.0 ($script:"* ]]; then seen+="$script: named. "; else seen+="$script: not named. "; fi
done
echo "Expected: neither is named"
echo "Seen:     $seen"
[[ $seen == "prepare: named. dependencies: not named. " ]]
