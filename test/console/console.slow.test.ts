import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../../src/app/persona-agent.js";
import { addApiKey } from "../../src/auth/api-keys.js";
import { createSignIn } from "../../src/auth/sign-in.js";
import { ines } from "../../src/cli/demo/ines.js";
import { learnSettings } from "../../src/cli/demo/learn.js";
import type { UserArchive } from "../../src/domain/user-archive.js";
import {
  accessProblems,
  hasBrowser,
  settled,
  shoot,
  startBrowser,
  surplusWidth,
  type TestBrowser,
} from "../support/console/browser.js";
import {
  type StandaloneServer,
  startStandaloneServer,
} from "../support/console/standalone-server.js";
import { archiveOf, crowdedArchive, hostile, hostileArchive } from "../support/console/archives.js";

describe.skipIf(!hasBrowser)("the console", () => {
  let folder: string;
  let agent: PersonaAgent;
  let server: StandaloneServer;
  let browser: TestBrowser;
  let keys: { readonly operator: string; readonly ines: string };
  let learned: UserArchive;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "persona-agent-console-"));
    const keysFile = join(folder, "keys.jsonl");
    keys = {
      operator: await addApiKey(keysFile, undefined, new Date()),
      ines: await addApiKey(keysFile, "ines", new Date()),
    };
    agent = createPersonaAgent({ backgroundAlignment: false, backgroundReflection: false });
    await agent.import(ines.history.map((item) => ({ user: "ines", ...item })));
    await agent.align("ines", { settings: learnSettings });
    learned = await agent.export("ines");
    const signIn = await createSignIn({ keysFile, tokens: undefined, allowStudio: false });
    server = await startStandaloneServer(agent, signIn);
    browser = await startBrowser(server.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page about a user, as an operator; the user is another Ines where there is none of the name. */
  const open = async (path: string, key = keys.operator): Promise<Page> => {
    const page = await browser.open(`/console/users/${path}`, { key });
    await settled(page);
    return page;
  };
  const another = async (user: string) => void (await agent.import(archiveOf(learned, user)));
  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

  it("asks who looks at it, and shows the one user who signs in their own", async () => {
    const page = await browser.open("/console/users/bo/profile");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await accessProblems(page, "sign in")).toEqual([]);
    await page.getByLabel("Key or token").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The server does not take this key or token.").waitFor();
    await page.getByLabel("Key or token").fill(keys.ines);
    await page.keyboard.press("Enter");
    await page.getByText("The request names another user").waitFor();
    await page.getByRole("link", { name: "Persona console" }).click();
    await page.getByText('Answers "curry" when the question mentions guests.').waitFor();
    expect(page.url()).toBe(`${server.url}/console/users/ines/persona`);
    expect(await page.getByRole("link", { name: "Users" }).count()).toBe(0);
    await button(page, "Sign out").click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.getByText("curry").count()).toBe(0);
  });

  it("lets an operator choose a user, and says what the agent believes of them, since when and why", async () => {
    const page = await browser.open("/console", { key: keys.operator });
    await page.getByLabel("Find or name a user").fill("INE");
    await page.getByRole("link", { name: "ines" }).click();
    await settled(page);
    const line = page.getByText('Answers "curry" when the question mentions guests.');
    const card = page.locator(".card").filter({ has: line });
    const today = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
    expect(await card.innerText()).toContain(
      `Since ${today.format(new Date())}, because of 2 interactions:`,
    );
    await card.getByText("Guests are coming, four of them.").waitFor();
    await page.getByText("This version is on trial").waitFor();
    await card.getByRole("link", { name: "8 February 2026" }).click();
    await page.getByRole("heading", { level: 1, name: "Interaction" }).waitFor();
    await settled(page);
    expect(await accessProblems(page, "interaction")).toEqual([]);
  });

  it("shows each version with its score and its parent's, and restores an earlier one", async () => {
    await another("restored");
    const page = await open("restored/history");
    const first = page.getByRole("listitem").filter({ hasText: "Version 1" });
    const text = await first.innerText();
    expect(text).toMatch(/In use\s+On trial/);
    expect(text).toMatch(
      /Taken: it is worth a change\. Of 100 answers, \d+ more are expected to be right; nine times in ten between/,
    );
    await first.getByText("In figures").click();
    await first.getByText(/^Better: expected gain .* chance of real harm/).waitFor();
    expect(text).toMatch(/Questions it did not learn from \(\d+\)\s+Before\s+54%\s+With it\s+71%/);
    expect(text).toMatch(/Added\s+Answers "curry" when the question mentions guests\./);
    await button(page, "Restore").click();
    await button(page, "Restore it").click();
    await page.getByRole("heading", { name: "Version 2" }).waitFor();
    expect((await agent.persona("restored")).lines).toEqual([]);
    await page.getByRole("link", { name: "Compare Version 2 with another" }).click();
    await page.getByText("Removed").first().waitFor();
    await page.getByLabel("From").first().click();
    await page.getByRole("option", { name: "Version 0" }).click();
    await page.getByText("Nothing: both say the same.").waitFor();
    expect(page.url()).toContain("from=0");
  });

  it.each(["approve", "reject"] as const)(
    "takes the decision %s on what waits",
    async (decision) => {
      const user = `review ${decision}`;
      await another(user);
      await agent.align(user, { settings: { mode: "paper", refreshProfile: false, review: true } });
      const page = await open(`${encodeURIComponent(user)}/persona`);
      await page.getByRole("link", { name: "Look at it and decide" }).click();
      await page.getByRole("heading", { name: "A new version waits for you" }).waitFor();
      await page.getByLabel("Note").fill("It reads well.");
      await button(page, decision === "approve" ? "Approve" : "Reject").click();
      const name = decision === "approve" ? "Version 2" : "A candidate";
      await page.getByRole("heading", { name, exact: true }).waitFor();
      const decided = (await agent.log(user)).find(({ alignment }) => alignment?.review);
      expect(decided?.alignment?.review).toMatchObject({ decision, note: "It reads well." });
      expect(decided?.head).toBe(decision === "approve");
    },
    60_000,
  );

  it("takes what waits in other words", async () => {
    await agent.import(
      ines.history.map((item) => ({ user: "edited", ...item })),
      {
        profiles: false,
      },
    );
    await agent.align("edited", { settings: { ...learnSettings, review: true } });
    const page = await open("edited/history");
    await button(page, "Edit").waitFor();
    expect(await accessProblems(page, "review")).toEqual([]);
    await button(page, "Edit").click();
    await page.getByLabel("Line 1", { exact: true }).fill("Names curry when guests come.");
    await button(page, "Take it as edited").click();
    await page.getByRole("heading", { name: "Version 1" }).waitFor();
    const { lines } = await agent.persona("edited");
    expect(lines[0]?.text).toBe("Names curry when guests come.");
  }, 90_000);

  it("corrects a statement of the profile, and forgets another with what it rests on", async () => {
    await another("profiled");
    const page = await open("profiled/profile");
    await button(page, "Correct: Said: “I never eat mushrooms").click();
    await page.getByLabel("In your own words").fill("I eat everything by now.");
    expect(await accessProblems(page, "correct")).toEqual([]);
    await button(page, "Correct it").click();
    await page.getByText("I eat everything by now.").first().waitFor();
    await page.getByText("Before: Said: “I never eat mushrooms").waitFor();
    await button(page, "Forget: Said: “I love a story").click();
    await button(page, "Delete 1 interaction").click();
    await page.getByText("I love a story").first().waitFor({ state: "detached" });
    const texts = (await agent.profile("profiled"))?.statements.map(({ text }) => text);
    expect(texts).toContain("I eat everything by now.");
    expect(texts?.join()).not.toContain("I love a story");
  });

  it("finds an interaction, corrects it and deletes it", async () => {
    await another("kept");
    const page = await open("kept/interactions");
    await page.getByLabel("Search").fill("birthday present");
    await page.keyboard.press("Enter");
    await page.getByText("The most similar first").waitFor();
    await page
      .getByRole("link", { name: /birthday/ })
      .first()
      .click();
    await page.getByLabel("The true answer").fill("A <b>new</b> rope.");
    await button(page, "Save").click();
    await page.getByText("Saved.").waitFor();
    await page.getByText("A <b>new</b> rope.").waitFor();
    await button(page, "Delete this interaction").click();
    await button(page, "Delete it").click();
    await page.getByRole("heading", { level: 1, name: "Interactions" }).waitFor();
    const [found] = await agent.search("kept", "birthday present", { limit: 1 });
    expect(found?.query).not.toContain("birthday");
  });

  it("gives all of a user's data as a file, and deletes it when it was asked twice", async () => {
    await another("gone");
    const page = await open("gone/data");
    await page.getByLabel("Time zone").fill("Europe/Paris");
    await button(page, "Save").click();
    await expect.poll(async () => (await agent.locale("gone")).timeZone).toBe("Europe/Paris");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      button(page, "Download").click(),
    ]);
    const saved = JSON.parse(await readFile(await download.path(), "utf8"));
    expect(saved.episodes).toEqual(learned.episodes);
    await button(page, "Delete everything").click();
    expect(await button(page, "Delete everything for good").isDisabled()).toBe(true);
    await page.getByLabel("Name of the user").fill("gone");
    await button(page, "Delete everything for good").click();
    await page.getByText("A scan found nothing that is left.").waitFor();
    expect(await agent.users()).not.toContain("gone");
  });

  it("shows a page at a time of 5,000 interactions and 200 versions", async () => {
    await agent.import(crowdedArchive(learned, "crowded"));
    const page = await open("crowded/interactions");
    const rows = page.getByRole("main").getByRole("listitem");
    expect(await rows.count()).toBe(25);
    await button(page, "Older").click();
    await page.getByText("Page 2").waitFor();
    await page.getByText("Question 4975?").waitFor();
    expect(await rows.count()).toBe(25);
    await page.goto(`${server.url}/console/users/crowded/history`);
    await settled(page);
    expect(await page.getByRole("heading", { level: 2 }).count()).toBe(20);
    await button(page, "Older").click();
    await page.getByRole("heading", { name: "Version 180" }).waitFor();
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(2_000);
  });

  it("shows text that looks like markup, in any direction and of any length, as it is", async () => {
    await agent.import(hostileArchive(learned, "hostile"));
    for (const path of ["persona", "history", "profile", "interactions", "data"]) {
      const page = await open(`hostile/${path}`);
      if (path !== "data")
        expect(await page.getByText(hostile.slice(0, 40)).count()).toBeGreaterThan(0);
      expect(await page.evaluate("window.harmed")).toBeUndefined();
      expect(await page.locator("main script, main img").count()).toBe(0);
      await page.setViewportSize({ width: 360, height: 900 });
      await shoot(page, `hostile ${path}`);
      expect(await surplusWidth(page), path).toBe(0);
      await page.context().close();
    }
  });

  it.each([
    "users",
    "users/ines/persona",
    "users/ines/history",
    "users/ines/history/compare?from=0&to=1",
    "users/ines/profile",
    "users/ines/interactions",
    "users/ines/interactions/none",
    "users/ines/data",
    "users/nobody/persona",
    "users/nobody/history",
    "users/nobody/profile",
    "users/nobody/interactions",
    "nowhere",
  ])("has no serious access problem at %s, in four looks", async (path) => {
    const page = await browser.open(`/console/${path}`, { key: keys.operator });
    await settled(page);
    expect(await accessProblems(page, path)).toEqual([]);
    await page.context().close();
  });

  it("asks nobody but its server, and breaks nothing", () => {
    expect(browser.complaints).toEqual([]);
  });
});
