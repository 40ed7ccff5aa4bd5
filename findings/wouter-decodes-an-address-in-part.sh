#!/usr/bin/env bash
# One would guess: a router gives a part of the address either as it stands or decoded.
# What happens: wouter decodes the address by `decodeURI`, which leaves the escapes of / ? # and others,
# but not those of %. So `50%25` and `50%2525`, two addresses, may mean the same, and decoding a part once more fails
# for a name with a percent sign.
# Why it matters: a page about one user would be shown for another, or not at all.
# What we do instead: `console/app/location.ts` hands wouter the address escaped once more, and decodes a part itself.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact wouter@3.13.0 react@19.3.1 react-dom@19.3.1
npm pkg get dependencies
cat >finding.mjs <<'EOF'
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Route, Router } from "wouter";
const shown = (path) =>
  renderToStaticMarkup(
    createElement(Router, { ssrPath: path }, createElement(Route, { path: "/users/:user" }, ({ user }) => user)),
  );
for (const user of ["a/b", "50%", "a%2Fb"]) console.log(user, "→", shown(`/users/${encodeURIComponent(user)}`));
EOF
seen=$(node finding.mjs)
echo "Expected: a/b → a/b, 50% → 50%, a%2Fb → a%2Fb; or each as the address has it"
echo "Seen:     ${seen//$'\n'/, }"
[[ $seen == $'a/b → a%2Fb\n50% → 50%\na%2Fb → a%2Fb' ]]
