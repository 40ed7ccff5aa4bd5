#!/usr/bin/env bash
# One would guess: the current releases of PGlite and of its socket server install together.
# What happens: the socket server takes exactly one PGlite, which is older than the current one. npm
# refuses the two in one project; where a dependency wants both, it installs PGlite twice.
# Why it matters: 27 MB a copy, and `legacy-peer-deps`, which many projects set, hides it at home.
# What we do instead: both are exact, and the PGlite is the one that the server asks for.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' >package.json

# Only works out what would be installed, and installs nothing.
resolve() {
  npm install --package-lock-only --no-audit --no-fund --save-exact --legacy-peer-deps=false "$@" 2>&1
}
echo "@electric-sql/pglite 0.5.17, @electric-sql/pglite-socket 0.2.17"
echo "Expected: both are installed, PGlite once"
together=$(resolve @electric-sql/pglite@0.5.17 @electric-sql/pglite-socket@0.2.17 | grep -m 1 'peer @' || true)
echo "Seen:     in one project: ${together#npm error }"

mkdir library
echo '{ "name": "library", "version": "1.0.0", "dependencies": {
  "@electric-sql/pglite": "0.5.17", "@electric-sql/pglite-socket": "0.2.17" } }' >library/package.json
(cd library && npm pack --silent >/dev/null)
resolve ./library/library-1.0.0.tgz >/dev/null
copies=$(node -p '
  const { packages } = JSON.parse(fs.readFileSync("package-lock.json"));
  Object.entries(packages).filter(([path]) => path.endsWith("/pglite")).map(([path, { version }]) => version).sort().join(" and ");
')
echo "          as a dependency's: PGlite $copies"
[[ $together == *'@"0.5.14"'* ]]
[[ $copies == "0.5.14 and 0.5.17" ]]
