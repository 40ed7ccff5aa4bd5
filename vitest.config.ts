import { defineConfig } from "vitest/config";

const withProjectsOfTheirOwn = ["test/security/**", "test/console/**"];

export default defineConfig({
  test: {
    exclude: ["test/live/**", "test/package/**"],
    globalSetup: [
      "test/support/setup/quiet-environment.ts",
      "test/support/setup/compile.ts",
      "test/support/setup/make-database.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      // What `npm run check` runs.
      {
        extends: true,
        test: {
          name: "quick",
          include: ["test/**/*.test.ts"],
          exclude: ["**/*.slow.test.ts", ...withProjectsOfTheirOwn],
          // Reading the libraries once a worker, not once a file, saves a fifth of the time; what a file changes it puts
          // back.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "slow",
          include: ["test/**/*.slow.test.ts"],
          exclude: withProjectsOfTheirOwn,
          isolate: false,
        },
      },
      {
        extends: true,
        // It replaces modules of ours, which another file of its worker would have loaded as they are.
        test: { name: "security", include: ["test/security/*.test.ts"] },
      },
      {
        extends: true,
        // In a browser, against a real server.
        test: {
          name: "console",
          include: ["test/console/*.test.ts"],
          isolate: false,
          globalSetup: ["test/support/console/build-console.ts"],
        },
      },
    ],
  },
});
