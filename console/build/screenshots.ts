// Makes the pictures of docs/console/ from the demo's data: npm run screenshots. It needs Chromium.
import { join } from "node:path";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { noSignIn } from "../../src/auth/sign-in.js";
import { ines } from "../../src/cli/demo/ines.js";
import { learnSettings } from "../../src/cli/demo/learn.js";
import { hasBrowser, settled, startBrowser } from "../../test/support/console/browser.js";
import { startStandaloneServer } from "../../test/support/console/standalone-server.js";

const folder = join(import.meta.dirname, "../../docs/console");

const question =
  "Pick a dinner for me: Guests are coming, and it is raining hard. Answer with one of: curry, noodles, salad, soup.";

const pictures = [
  { name: "chat", path: "chat", look: { width: 1200 }, height: 760, asks: question },
  { name: "persona", path: "persona", look: { width: 1200 }, height: 760 },
  { name: "history", path: "history", look: { width: 1200, dark: true }, height: 760 },
  { name: "profile-on-a-phone", path: "profile", look: { width: 390 }, height: 760 },
];

if (!hasBrowser) process.exit(1);
const agent = createPersonaAgent({
  backgroundAlignment: false,
  backgroundReflection: false,
  // The day after the demo's history ends, so that the pictures stay the same.
  now: () => new Date("2026-10-12T09:00:00Z"),
});
await agent.import(ines.history.map((item) => ({ user: ines.id, ...item })));
await agent.align(ines.id, { settings: learnSettings });
const server = await startStandaloneServer(agent, noSignIn);
const browser = await startBrowser(server.url);
for (const { name, path, look, height, asks } of pictures) {
  const page = await browser.open(`/console/users/${ines.id}/${path}`, look);
  await page.setViewportSize({ width: look.width, height });
  await settled(page);
  if (asks !== undefined) {
    const field = page.getByRole("textbox", { name: "Message" });
    await field.fill(asks);
    await field.press("Enter");
    await page.getByRole("button", { name: /^Persona version/ }).click();
    await page.getByText(/^Recalled, /).waitFor();
  }
  // Charts are loaded after the rest.
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.context().close();
}
await browser.close();
await server.close();
await agent.close();
