import { once } from "node:events";
import { join, resolve } from "node:path";
import { startChromaServer } from "../../memory/chroma/embedded-server.js";
import { type CommandContext, openUnlessStopped, writeJson } from "../cli-context.js";

export interface ChromaOptions {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
}

/** Serves until the signal. */
export async function runChroma(
  { host, port, path: named }: ChromaOptions,
  context: CommandContext,
): Promise<void> {
  const { dataDir, json, signal, stdout } = context;
  const path = named === undefined ? join(dataDir, "chroma") : resolve(named);
  const server = await openUnlessStopped(signal, () => startChromaServer({ path, host, port }));
  // The server keeps no process alive.
  const staying = setInterval(() => undefined, 60_000);
  try {
    const { url } = server;
    if (json) writeJson(context, { url, path });
    else stdout.write(`CHROMA_URL=${url}\n`);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    clearInterval(staying);
    await server.close();
  }
}
