/** The waiting model in a process of its own, as a model server is: what it computes must not stand in the way of the run. */
import { startWaitingModel } from "./waiting-model.js";

process.once("message", async (options: Parameters<typeof startWaitingModel>[0]) => {
  const { server, calls } = await startWaitingModel(options);
  process.once("message", async () => {
    await server.close();
    process.send?.({ calls }, () => process.exit());
  });
  process.send?.({ url: server.url });
});
