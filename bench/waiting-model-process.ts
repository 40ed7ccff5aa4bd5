/** The waiting model in a process of its own, as a model server is: what it computes must not stand in the way of the run. */
import { on } from "node:events";
import { startWaitingModel } from "./waiting-model.js";

type Options = Omit<Parameters<typeof startWaitingModel>[0], "timing">;

const told = on(process, "message");
const next = async () => ((await told.next()).value as unknown[])[0];
const timing = { waitMs: 0 };
const { server, calls } = await startWaitingModel({ ...((await next()) as Options), timing });
process.send?.({ url: server.url });
for (let word = await next(); word !== "stop"; word = await next()) {
  Object.assign(timing, word);
  process.send?.(timing);
}
await server.close();
process.send?.({ calls }, () => process.exit());
