/** The waiting model in a process of its own, as a model server is: what it computes must not stand in the way of the run. */
import { once } from "node:events";
import { startWaitingModel } from "./waiting-model.js";

const [options] = (await once(process, "message")) as [
  Omit<Parameters<typeof startWaitingModel>[0], "timing">,
];
const timing = { waitMs: 0 };
const { server, calls } = await startWaitingModel({ ...options, timing });
process.on("message", async (told: { readonly waitMs: number } | "stop") => {
  if (told !== "stop") {
    timing.waitMs = told.waitMs;
    process.send?.({ waitMs: told.waitMs });
    return;
  }
  await server.close();
  process.send?.({ calls }, () => process.exit());
});
process.send?.({ url: server.url });
