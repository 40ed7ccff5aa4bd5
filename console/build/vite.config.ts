import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const root = resolve(import.meta.dirname, "..");

/** Static files for `src/server/console/`, which puts a new nonce into each page that it sends. */
export default defineConfig({
  root,
  base: "/console/",
  html: { cspNonce: "__NONCE__" },
  plugins: [react()],
  build: {
    outDir: resolve(root, "../dist/console"),
    emptyOutDir: true,
    // The server's policy allows none of `data:` but in images.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
});
