/** The control's model in a process of its own, as a model server is: what it computes must not stand in the way of the run. */
import { once } from "node:events";
import { startControlModel } from "../test/support/models/control-model.js";

const [options] = (await once(process, "message")) as Parameters<typeof startControlModel>;
const server = await startControlModel(options);
process.send?.({ url: server.url });
await once(process, "message");
await server.close();
process.exit();
