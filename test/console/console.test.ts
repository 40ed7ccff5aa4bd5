import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accessProblems,
  hasBrowser,
  shoot,
  startBrowser,
  type TestBrowser,
} from "../support/console/browser.js";
import { type DemoServer, startDemoServer } from "../support/console/demo-server.js";

describe.skipIf(!hasBrowser)("the console", () => {
  let server: DemoServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    server = await startDemoServer();
    browser = await startBrowser(server.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("lets one choose a user, and shows what the agent believes of them and why", async () => {
    const page = await browser.open("/console");
    await page.getByRole("link", { name: "ines" }).click();
    await page.getByRole("heading", { level: 1, name: "Persona" }).waitFor();
    expect(page.url()).toBe(`${server.url}/console/users/ines/persona`);
    const line = page.getByText('Answers "curry" when the question mentions guests.');
    await line.waitFor();
    expect(await page.getByText("Guests are coming, four of them.").count()).toBe(1);
    expect(await page.getByText("I never eat mushrooms").count()).toBe(1);
    expect(
      await page.getByRole("link", { name: "Persona", exact: true }).getAttribute("aria-current"),
    ).toBe("page");
  });

  it.each([360, 1440].flatMap((width) => [false, true].map((dark) => ({ width, dark }))))(
    "has no serious access problem, %j",
    async (look) => {
      for (const path of ["/users", "/users/ines/persona", "/users/nobody/persona", "/nowhere"]) {
        const page = await browser.open(`/console${path}`, look);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle");
        await shoot(page, `${path} ${look.width} ${look.dark ? "dark" : "light"}`);
        expect(await accessProblems(page), path).toEqual([]);
        await page.context().close();
      }
    },
  );

  it("asks nobody but its server, and breaks nothing", () => {
    expect(browser.complaints).toEqual([]);
  });
});
