import { rm } from "node:fs/promises";
import { startDevServer } from "../../test/support/servers/dev-server.js";
import { compile } from "../../test/support/setup/compile.js";
import { newDataFolder } from "../../test/support/setup/data-folder.js";
import makeDatabase from "../../test/support/setup/make-database.js";
import { startInstantModel } from "./instant-model.js";

/** The agent on LangGraph's dev server, with embedded services of its own and the model that answers at once. */
export async function startInstantDevServer() {
  compile();
  await makeDatabase();
  const dataDir = await newDataFolder("persona-agent-dev-server-");
  const model = await startInstantModel();
  const server = await startDevServer(["--data-dir", dataDir], {
    MODEL: "openai:instant",
    OPENAI_API_KEY: "none",
    OPENAI_BASE_URL: model.url,
    EMBEDDINGS: "openai:instant-384",
  });
  return {
    url: server.info.url,
    modelUrl: model.url,
    async end() {
      await server.end("SIGTERM");
      await model.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
