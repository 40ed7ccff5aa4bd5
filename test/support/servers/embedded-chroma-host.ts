/**
 * A process that starts an embedded Chroma, tells the test where, and lives until the test lets go of it.
 * For tests of what happens to the server when its process ends.
 */
import { startEmbeddedChroma } from "../../../src/memory/chroma/embedded-server.js";

// A channel that is listened to keeps a process alive.
process.once("disconnect", () => undefined);
const chroma = await startEmbeddedChroma({ dataFolder: process.argv[2] ?? "" });
process.send?.({ url: chroma.url, pid: chroma.pid });
