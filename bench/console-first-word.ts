/**
 * How long after the server sent an answer's first word the console has it on the screen. A real browser chats with
 * `persona-agent serve`, whose model is a server on the loopback. Between browser and server stands a proxy that notes
 * when it passes the first word on; the page notes when the first frame with it was drawn. Run by hand, on a machine that
 * does nothing else:
 *
 *   npm run bench -- console-first-word [--times 40] [--most 50]
 *
 * Fails when the 95th percentile is over `--most` milliseconds. It needs Chromium.
 */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { startOpenAiServer } from "../src/fake-model/openai-server.js";
import buildConsole from "../test/support/console/build-console.js";
import { startBrowser } from "../test/support/console/browser.js";
import { startServe } from "../test/support/servers/serve.js";
import { compile } from "../test/support/setup/compile.js";
import { newDataFolder } from "../test/support/setup/data-folder.js";
import makeDatabase from "../test/support/setup/make-database.js";
import { report } from "./report.js";
import { quantile } from "./timing.js";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "40" },
    most: { type: "string", default: "50" },
  },
});
const [times, most] = [Number(values.times), Number(values.most)];

/** Milliseconds since 1970, as the page has them too. */
const now = () => performance.timeOrigin + performance.now();

buildConsole();
compile();
await makeDatabase();
const folder = await newDataFolder("persona-agent-first-word-");
const text = "It is raining hard, so let it be soup, with the bread of yesterday.";
const models = await startOpenAiServer(() => ({ kind: "message", text }), { waitMs: 200 });
const server = await startServe(folder, {
  MODEL: "openai:scripted",
  OPENAI_BASE_URL: models.url,
  OPENAI_API_KEY: "none",
});

/** When the first word of the present answer was passed on. */
let sentAt: number | null = null;
const proxy = createServer((incoming, outgoing) => {
  const { method, headers, url } = incoming;
  const asked = request(`${server.url}${url}`, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("data", (piece: Buffer) => {
      if (sentAt === null && piece.includes('"kind":"text"')) sentAt = now();
      outgoing.write(piece);
    });
    answer.on("end", () => outgoing.end());
  });
  incoming.pipe(asked);
});
proxy.listen(0, "127.0.0.1");
await once(proxy, "listening");
const browser = await startBrowser(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
try {
  const page = await browser.open("/console/users/ines/chat");
  // What runs after a frame's callbacks runs when the frame was drawn.
  await page.evaluate(`
    window.drawnAt = null;
    new MutationObserver(() => {
      if (window.drawnAt !== null || document.querySelector("[data-growing]") === null) return;
      window.drawnAt = 0;
      requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => (window.drawnAt = performance.timeOrigin + performance.now());
        drawn.port2.postMessage(null);
      });
    }).observe(document, { subtree: true, childList: true });
  `);
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    sentAt = null;
    await page.evaluate("window.drawnAt = null");
    await page.getByRole("textbox", { name: "Message" }).fill(`What shall I cook? (${time})`);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("button", { name: "Right" }).nth(time).waitFor();
    const drawnAt = await page.evaluate<number>("window.drawnAt");
    if (sentAt === null || !(drawnAt > 0))
      throw new Error("An answer came without its first word.");
    took.push(drawnAt - sentAt);
  }
  const more = { "slowest, ms": Math.max(...took) };
  await report("console-first-word", [
    {
      title: "From the first word's sending to its drawing",
      unit: "ms",
      rows: [{ name: "first word", samples: took, more }],
    },
  ]);
  if (!(quantile(took, 0.95) <= most)) {
    console.error(`The 95th percentile is over ${most} ms.`);
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  proxy.closeAllConnections();
  proxy.close();
  await server.kill();
  await models.close();
  await rm(folder, { recursive: true, force: true });
}
