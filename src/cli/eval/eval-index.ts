import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserKey } from "../../domain/user-id.js";
import { settingsOf } from "../../app/embedded-services.js";
import { CloseStack } from "../../system/close-stack.js";
import { createChromaIndex } from "../../memory/chroma/chroma-index.js";
import { startEmbeddedChroma } from "../../memory/chroma/embedded-server.js";
import type { EpisodeIndex } from "../../memory/index/episode-index.js";
import type { LoadedEmbeddings } from "../../model/load-embeddings.js";
import type { CliContext } from "../cli-context.js";

/** As `--index` takes it. */
export type IndexKind = "in-process" | "chroma";

export interface EvalIndex {
  /** Shared by all cases; undefined where each case has an exact one of its own. */
  readonly index: EpisodeIndex | undefined;
  /** Removes what this process indexed. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * The index that an evaluation searches. Chroma is the server at `CHROMA_URL`, or one in a temporary folder, because a
 * resumed run indexes everything again. A killed process leaves its entries in the user's server.
 *
 * @throws {PersonaAgentError} `config-invalid`, `memory-index-unavailable`, and `model-*` for the embeddings' size.
 */
export async function openEvalIndex(
  kind: IndexKind,
  env: CliContext["env"],
  vectors: LoadedEmbeddings,
): Promise<EvalIndex> {
  const services = new CloseStack();
  const close = () => services.close();
  if (kind === "in-process") return { index: undefined, close };
  const read = settingsOf(env);
  try {
    const embedding = { name: vectors.name, dimensions: await vectors.dimensions() };
    const own = read("CHROMA_URL");
    const chroma =
      own === undefined
        ? createChromaIndex({ url: await embeddedUrl(), embedding })
        : createChromaIndex({ url: own, token: read("CHROMA_TOKEN"), embedding });
    const users = new Set<UserKey>();
    const index: EpisodeIndex = {
      ...chroma,
      upsert(user, entries) {
        users.add(user);
        return chroma.upsert(user, entries);
      },
    };
    if (own !== undefined)
      services.add({
        async close() {
          for (const user of users) await chroma.clear(user);
        },
      });
    return { index, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function embeddedUrl(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "persona-agent-eval-"));
    services.add({ close: () => rm(folder, { recursive: true, force: true }) });
    return services.add(await startEmbeddedChroma({ dataFolder: folder })).url;
  }
}
