import { once } from "node:events";
import { createInterface } from "node:readline";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { openPostgres } from "../../../src/memory/postgres/open-postgres.js";
import { deeds, type DeedName } from "../users/deeds.js";

/** Does to every episode that a line of JSON names what its arguments say, all at once, on a database. */
const [url = "", deed = ""] = process.argv.slice(2);
const storage = await openPostgres({ url });
const agent = createPersonaAgent({ store: storage.store });
process.stdout.write("ready\n");
const lines = createInterface({ input: process.stdin });
const [line] = (await once(lines, "line")) as [string];
const ids = JSON.parse(line) as string[];
await Promise.all(ids.map((id) => deeds[deed as DeedName](agent, id)));
lines.close();
await agent.close();
await storage.close();
