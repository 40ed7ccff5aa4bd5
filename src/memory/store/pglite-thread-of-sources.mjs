// Node reads the sources' TypeScript through tsx, and a thread does not inherit that. What is built has no need of this.
import { register } from "tsx/esm/api";

register();
await import("./pglite-thread.ts");
