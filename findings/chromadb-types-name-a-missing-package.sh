#!/usr/bin/env bash
# One would guess: the type declarations of a published package name only packages that it brings.
# What happens: chromadb's import `@hey-api/client-fetch`, which it does not depend on, because its
# code is bundled into its JavaScript. `tsc` fails in them unless `skipLibCheck` is on.
# Why it matters: every project whose types reach chromadb's must switch that check off.
# What we do instead: our exported types do not reach chromadb's.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact --omit=optional \
  chromadb@3.5.0 typescript@5.9.3 @types/node@20.19.43
npm pkg get dependencies
cat >finding.ts <<'END'
import { ChromaClient } from "chromadb";
new ChromaClient();
END
check() {
  node_modules/.bin/tsc --noEmit --strict --target ES2022 --module NodeNext --skipLibCheck "$1" finding.ts || true
}
echo "Expected: no error with or without skipLibCheck"
echo "Seen:     with:    $(check true)"
echo "          without: $(check false)"
[[ -z $(check true) ]]
[[ $(check false) == *"Cannot find module '@hey-api/client-fetch'"* ]]
