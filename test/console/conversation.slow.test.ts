import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addApiKey } from "../../src/auth/api-keys.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../src/fake-model/openai-server.js";
import { hasBrowser, say, startBrowser, type TestBrowser } from "../support/console/browser.js";
import { type OwnServer, startServe } from "../support/servers/serve.js";
import { newDataFolder } from "../support/setup/data-folder.js";

/** What the model says next; the last one again and again. */
let replies: OpenAiReply[] = [];
const answer = (text: string): OpenAiReply => ({ kind: "message", text });
const hostile = `<script>document.title="taken"</script><img src=x onerror=alert(1)> "'\u202e\u2067`;

describe.skipIf(!hasBrowser)("a conversation in the console, of users who are signed in", () => {
  let folder: string;
  let models: OpenAiServer;
  let server: OwnServer;
  let browser: TestBrowser;
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    folder = await newDataFolder("persona-agent-conversation-");
    models = await startOpenAiServer(() => {
      const [next = answer("Well.")] = replies;
      if (replies.length > 1) replies.shift();
      return next;
    });
    const keysFile = join(folder, "keys.jsonl");
    for (const user of ["ines", "bo", "eve"])
      keys[user] = await addApiKey(keysFile, user, new Date());
    server = await startServe(folder, {
      AUTH_KEYS_FILE: keysFile,
      MODEL: "openai:scripted",
      OPENAI_BASE_URL: models.url,
      OPENAI_API_KEY: "none",
    });
    browser = await startBrowser(server.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.kill();
    await models?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    replies = [];
  });

  const openChat = (user: string) =>
    browser.open(`/console/users/${user}/chat`, { key: keys[user] ?? "" });
  const call = async (user: string, path: string) => {
    const headers = { authorization: `Bearer ${keys[user]}` };
    const response = await fetch(`${server.url}/users/${user}${path}`, { headers });
    return (await response.json()) as unknown;
  };

  it("says which tools ran, and takes a verdict on each answer", async () => {
    const toolCalls = [{ name: "recall_memory", args: { query: "soup" } }];
    replies = [{ kind: "message", text: "Let me look.", toolCalls }, answer("Soup it is.")];
    const page = await openChat("bo");
    const turn = await say(page, "What shall I cook?");
    await turn.getByText("Soup it is.").waitFor();
    // What was said before the call is no part of the answer.
    expect(await turn.getByText("Let me look.").count()).toBe(0);
    await turn.getByRole("button", { name: /0 recalled · used recall_memory$/ }).waitFor();
    await turn.getByRole("button", { name: "Wrong" }).click();
    await turn.getByLabel("What was wrong?").fill("I had soup yesterday.");
    await turn.getByRole("button", { name: "Say that it was wrong" }).click();
    await turn.getByText("Noted as wrong.").waitFor();
    expect(await call("bo", "/episodes")).toMatchObject([
      { rejected: true, reason: "I had soup yesterday." },
    ]);
    await turn.getByRole("button", { name: "Right" }).click();
    await turn.getByText("Noted as right.").waitFor();
    expect(await call("bo", "/episodes")).toMatchObject([
      { rejected: false, answer: "Soup it is." },
    ]);
    // The verdict is there when one comes back. What one deletes leaves the conversation too.
    await page.getByRole("link", { name: "Interactions" }).click();
    await page.getByRole("link", { name: "Chat" }).click();
    await page.getByRole("button", { name: "Right", pressed: true }).waitFor();
    await page.getByRole("link", { name: "Interactions" }).click();
    await page.getByRole("link", { name: /What shall I cook/ }).click();
    await page.getByRole("button", { name: "Delete this interaction" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("Nothing else rested on it.").waitFor();
    await page.getByRole("link", { name: "Chat" }).click();
    await page.getByText("Nothing said yet").waitFor();
  }, 60_000);

  it("is stopped by its button, goes on after a failure, and knows what was said before", async () => {
    replies = [{ kind: "stall", text: "It begins" }];
    const page = await openChat("ines");
    const turn = await say(page, "Tell me of the canal.");
    await turn.getByText("It begins").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await turn.getByText("You stopped it.").waitFor();
    expect(await call("ines", "/episodes")).toEqual([]);

    replies = [{ kind: "error", status: 400, message: "No such model." }, answer("By the canal.")];
    await turn.getByRole("button", { name: "Ask again" }).click();
    const problem = page.getByRole("alert");
    await problem.getByText("No such model.").waitFor();
    await problem.getByRole("button", { name: "Try again" }).click();
    await turn.getByText("By the canal.").waitFor();
    expect(await problem.count()).toBe(0);

    replies = [answer("In the workshop.")];
    const next = await say(page, "And where do I work?");
    await next.getByText("In the workshop.").waitFor();
    await next.getByRole("button", { name: /1 earlier turn of this conversation/ }).waitFor();
    expect(models.requests.at(-1)?.body["messages"]).toMatchObject([
      { role: "system" },
      { role: "user", content: "Tell me of the canal." },
      { role: "assistant", content: "By the canal." },
      { role: "user", content: "And where do I work?" },
    ]);
    // It is there when one comes back from another view; a new one knows nothing of it.
    await page.getByRole("link", { name: "Persona", exact: true }).click();
    await page.getByRole("link", { name: "Chat" }).click();
    await page.getByText("By the canal.").waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByText("Nothing said yet").waitFor();
  }, 60_000);

  it("shows text that means harm as text, however long it is", async () => {
    const long = `${hostile} ${"abcdefghi ".repeat(9_990)}`.trim();
    replies = [answer(hostile)];
    const page = await openChat("eve");
    const first = await say(page, long);
    await first.getByText(hostile).last().waitFor();
    const second = await say(page, `What did I say of ${hostile}?`);
    // Its first turn is in the conversation; another conversation recalls it.
    await second.getByRole("button", { name: "Right" }).waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    const third = await say(page, `What did I say of abcdefghi and ${hostile}?`);
    await third.getByRole("button", { name: /[12] recalled/ }).click();
    await third.getByText("Recalled, in the order in which it read them").waitFor();
    await third
      .getByText(/^Show all [\d,]+ characters$/)
      .first()
      .click();
    await third.getByRole("button", { name: "Correct it" }).click();
    await third.getByLabel("What would have been right?").fill(hostile);
    await third.getByRole("button", { name: "Save the correction" }).click();
    await third.getByText("Noted: this would have been right.").waitFor();
    expect(await page.title()).toBe("Chat · Persona console");
    expect(await page.locator("main script, main img").count()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  }, 60_000);

  it("is one's own: no view and no request of one user shows another's data", async () => {
    const page = await openChat("bo");
    const heard: string[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/users/"))
        void response.text().then(
          (text) => heard.push(text),
          () => {},
        );
    });
    replies = [answer("Noted.")];
    await (await say(page, "What do you know of me?")).getByText("Noted.").waitFor();
    const links = await page.getByRole("navigation").getByRole("link").all();
    const paths = await Promise.all(links.map((link) => link.getAttribute("href")));
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) {
      await page.goto(`${server.url}${path?.replace("/users/bo/", "/users/ines/")}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page
        .getByText("This did not work")
        .or(page.getByText("Nothing said yet"))
        .first()
        .waitFor();
    }
    for (const path of ["users", "server"]) {
      await page.goto(`${server.url}/console/${path}`);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
      expect(await page.getByRole("link", { name: "Server" }).count()).toBe(0);
    }
    // Whoever signs in next in the same tab finds nothing of who was there before.
    await page.goto(`${server.url}/console/users/bo/chat`);
    await (await say(page, "Bo was here.")).getByText("Noted.").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Key or token").fill(keys["ines"] ?? "");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByText("Bo was here.").count()).toBe(0);
    expect(heard.join("\n")).not.toMatch(/canal|workshop/);
  }, 60_000);

  it("asked nobody but its server, and broke nothing", () => {
    expect(browser.complaints).toEqual([]);
  });
});
