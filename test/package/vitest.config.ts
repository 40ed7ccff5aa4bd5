import { defineConfig } from "vitest/config";

/** `npm run test:package`: slower than the others, and the only ones that need npm's registry. */
export default defineConfig({
  test: {
    root: ".",
    include: ["test/package/**/*.test.ts"],
    globalSetup: ["test/support/setup/quiet-environment.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
