/** The waiting model in a process of its own, as a model server is: what it computes must not stand in the way of the run. */
import { once } from "node:events";
import { startWaitingModel } from "./waiting-model.js";

const [options] = (await once(process, "message")) as Parameters<typeof startWaitingModel>;
const { server, calls } = await startWaitingModel(options);
const stopped = once(process, "message");
process.send?.({ url: server.url });
await stopped;
await server.close();
process.send?.({ calls }, () => process.exit());
