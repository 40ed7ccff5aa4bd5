#!/usr/bin/env bash
# One would guess: `vitest --exclude <pattern>` leaves the files out of every project; its help calls the patterns
# additional.
# What happens: a project that has an `exclude` of its own does not know of the flag, and runs the files, without a word.
# Without projects, or without the project's `exclude`, the flag does what it says.
# Why it matters: a script that was to leave out the slow tests ran all of them, with exit code 0.
# What we do instead: a project of the quick tests, and `--project quick`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent --save-exact vitest@4.1.12
npm pkg get dependencies

for name in a a.slow; do
  echo 'import { expect, it } from "vitest"; it("adds", () => expect(1 + 1).toBe(2));' >"$name.test.js"
done
echo 'export default { test: {} };' >plain.config.js
cat >projects.config.js <<'EOT'
export default {
  test: { projects: [{ extends: true, test: { name: "all", include: ["*.test.js"], exclude: ["other/**"] } }] },
};
EOT

listed() {
  npx vitest list --filesOnly --config "$1" --exclude "**/*.slow.test.js" | tr '\n' ' '
}
plain=$(listed plain.config.js)
projects=$(listed projects.config.js)
echo "Without projects:             $plain"
echo "Expected, with a project:     [all] a.test.js"
echo "Seen, with a project:         $projects"
[[ "$plain" == *a.test.js* && "$plain" != *a.slow.test.js* ]]
[[ "$projects" == *a.test.js* && "$projects" == *a.slow.test.js* ]]
