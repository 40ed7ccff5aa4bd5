import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = programs.find((path) => existsSync(path));

/** Whether this machine has a browser; tests skip without: `describe.skipIf(!hasBrowser)`. */
export const hasBrowser = program !== undefined;
if (!hasBrowser)
  process.stderr.write(
    "Skipped: the tests in a browser need Chromium. On Debian: apt-get install chromium\n",
  );

/** A browser whose pages may talk to one server only, and tell what went wrong in them. */
export interface TestBrowser {
  /** A new tab of somebody who was never here. */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** Requests to elsewhere, errors in a page, and what the policy refused; a test expects none. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Pixels; 1440 unless given. */
  readonly width?: number;
  readonly dark?: boolean;
  /** What the page finds as the key of whoever signed in. */
  readonly key?: string;
}

export async function startBrowser(server: string): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: program ?? "",
    // As root, which containers are, Chromium has no sandbox of its own.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const complaints: string[] = [];
  return {
    complaints,
    async open(path, { width = 1440, dark = false, key } = {}) {
      const context: BrowserContext = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: dark ? "dark" : "light",
        locale: "en-GB",
        timezoneId: "UTC",
        reducedMotion: "reduce",
        acceptDownloads: true,
      });
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        const isHere = origin === new URL(server).origin || /^(?:data|blob):$/.test(protocol);
        if (!isHere) complaints.push(`asked ${request.url()}`);
      });
      const page = await context.newPage();
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
      page.on("console", (message) => {
        // A refusal that a test provokes is told by the page itself.
        const isRefusal = /the server responded with a status of 4\d\d/.test(message.text());
        if (message.type() === "error" && !isRefusal)
          complaints.push(`${page.url()}: ${message.text()}`);
      });
      if (key !== undefined)
        await page.addInitScript(
          `sessionStorage.setItem("persona-agent-key", ${JSON.stringify(key)})`,
        );
      await page.goto(`${server}${path}`);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Keeps how a page looks, for a person to see: `SCREENSHOTS=/tmp/looks npx vitest run test/console`. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder === undefined) return;
  const path = join(folder, `${name.replaceAll(/[^\w]+/g, "-").replace(/^-/, "")}.png`);
  await page.screenshot({ path, fullPage: true });
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Until the view is there, and nothing in it is still read. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("[data-waiting]").first().waitFor({ state: "detached" });
}

/** Rules of what colours are, which alone can differ in the dark. */
const ofColours = ["color-contrast", "link-in-text-block"];

/**
 * What axe finds wrong in the page, in a line each, if it is serious: on a phone and on a wide screen, in the light and in
 * the dark. `shoot` keeps each of the four.
 */
export async function accessProblems(page: Page, name = "view"): Promise<string[]> {
  const client = await page.context().newCDPSession(page);
  // The page's own policy lets no script in but its own.
  await client.send("Page.setBypassCSP", { enabled: true });
  await page.evaluate(await readFile(axe, "utf8"));
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1440, 360]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await shoot(page, `${name} ${width} ${colorScheme}`);
      const rules = colorScheme === "light" ? {} : { runOnly: { type: "rule", values: ofColours } };
      const violations = await page.evaluate<Violation[]>(
        `axe.run(document, ${JSON.stringify(rules)}).then((found) => found.violations)`,
      );
      for (const { id, impact, nodes } of violations)
        if (impact === "serious" || impact === "critical")
          for (const { html, failureSummary } of nodes)
            found.push(
              `${width} ${colorScheme} ${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`,
            );
      const surplus = await surplusWidth(page);
      if (surplus > 0) found.push(`${width} ${colorScheme}: ${surplus} pixels too wide`);
    }
  return found;
}

/** Says it in the chat. @returns The turn that begins with it. */
export async function say(page: Page, message: string): Promise<Locator> {
  // While an answer comes there is a button to stop it in its place.
  await page.getByRole("button", { name: "Send" }).waitFor();
  const field = page.getByRole("textbox", { name: "Message" });
  await field.fill(message);
  await field.press("Enter");
  return page.getByRole("log").locator("> ol > li").last();
}

/** By how many pixels the page is wider than its window. */
export function surplusWidth(page: Page): Promise<number> {
  return page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
