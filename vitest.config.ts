import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/live/**"],
    globalSetup: [
      "test/support/quiet-environment.ts",
      "test/support/compile.ts",
      "test/support/make-database.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Reading the libraries once a worker, not once a file, saves a fifth of the time; what a file changes it puts back.
    isolate: false,
  },
});
