import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accessProblems,
  hasBrowser,
  shoot,
  say,
  startBrowser,
  type TestBrowser,
} from "../support/console/browser.js";
import { type OwnServer, startServe } from "../support/servers/serve.js";
import { newDataFolder } from "../support/setup/data-folder.js";

describe.skipIf(!hasBrowser)("the console of a server on which nobody was yet", () => {
  let folder: string;
  let server: OwnServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    folder = await newDataFolder("persona-agent-newcomer-");
    server = await startServe(folder);
    browser = await startBrowser(server.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it("lets a newcomer chat, have it learn, see the persona change, and correct an answer", async () => {
    const page = await browser.open("/console");
    await page.getByRole("button", { name: "Bring in Ines and Bo" }).click();
    await page.getByRole("link", { name: "ines" }).click();
    await page.getByText("Nothing learned yet").waitFor();

    await page.getByRole("link", { name: "Chat" }).click();
    const told = await say(page, "I never eat mushrooms.");
    await told.getByText("Noted: “I never eat mushrooms”").waitFor();
    await told.getByRole("button", { name: /^Persona version 0 · / }).waitFor();

    await page.getByRole("link", { name: "Learning" }).click();
    // It may just have begun by itself: there is much that is new.
    await page.getByRole("button", { name: /^Start learning$/ }).click();
    await page.getByRole("heading", { level: 2, name: "Version 1 was taken" }).waitFor();
    await shoot(page, "learned");
    await page.getByRole("link", { name: "What changed" }).click();
    await page.getByText('Answers "curry" when the question mentions guests.').waitFor();
    await page.getByRole("link", { name: "Persona", exact: true }).click();
    await page.getByText('Answers "curry" when the question mentions guests.').waitFor();

    await page.getByRole("link", { name: "Chat" }).click();
    const turn = await say(
      page,
      "Pick a dinner for me: It is raining hard, and the guests come at eight.",
    );
    await turn.getByRole("button", { name: /^Persona version 1 · \d+ recalled/ }).click();
    await turn.getByText("Like the question; both have").first().waitFor();
    // What was said just now is in the conversation, and not recalled once more.
    expect(await turn.getByText("I never eat mushrooms.", { exact: true }).count()).toBe(0);
    await shoot(page, "chat");
    await turn.getByRole("button", { name: "Correct it" }).click();
    await turn.getByLabel("What would have been right?").fill("curry");
    await turn.getByRole("button", { name: "Save the correction" }).click();
    await turn.getByText("Noted: this would have been right.").waitFor();
    await page.getByRole("link", { name: "Learning" }).click();
    await page.getByText("1 true answer is new since it last learned.").waitFor();
  }, 120_000);

  it("says in the chat that it learns by itself, and what came of it", async () => {
    const page = await browser.open("/console/users/bo/chat");
    await say(page, "I never eat peppers.");
    await page.getByText(/It has learned: version \d+ answers|It looked at what is new/).waitFor();
    await page.getByRole("link", { name: /^(What changed|Why)$/ }).click();
    await page.getByRole("heading", { level: 1, name: "History" }).waitFor();
  }, 60_000);

  it("has no serious access problem in chat and learning, in four looks", async () => {
    const page = await browser.open("/console/users/bo/chat");
    const turn = await say(page, "What do I eat on Fridays?");
    await turn.getByRole("button", { name: /recalled/ }).click();
    await turn.getByRole("button", { name: "Wrong" }).click();
    expect(await accessProblems(page, "chat")).toEqual([]);
    await page.getByRole("link", { name: "Learning" }).click();
    await page.getByRole("button", { name: "Settings and budget" }).click();
    await page.getByLabel("Model calls, at most").fill("60");
    await page.getByRole("button", { name: /^(Start|Go on) learning$/ }).click();
    await page.getByRole("heading", { level: 2 }).waitFor();
    await page.getByRole("button", { name: /^Show the/ }).click();
    expect(await accessProblems(page, "learning")).toEqual([]);
  }, 60_000);

  it("shows an operator how the server is, without a serious access problem", async () => {
    const page = await browser.open("/console/users");
    await page.getByRole("link", { name: "Server", exact: true }).click();
    const users = page.getByRole("table", { name: "Users" });
    await users
      .getByRole("row", { name: /^ines \d+ \w+ \d{4} .*version 1.*[1-9][\d,]* –$/ })
      .waitFor();
    await page.getByText("It knows all that is stored.").waitFor();
    await page.getByText("Changes that were taken", { exact: true }).waitFor();
    await page.getByLabel("Find a user").fill("BO");
    expect(await users.getByRole("row").count()).toBe(2);
    expect(await accessProblems(page, "server")).toEqual([]);
  }, 60_000);

  it("asked nobody but its server, and broke nothing", () => {
    expect(browser.complaints).toEqual([]);
  });
});
