import { EventEmitter, once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { Client as LangGraphClient } from "@langchain/langgraph-sdk";
import { StreamOrchestrator } from "@langchain/langgraph-sdk/ui";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { verbs } from "../../src/contract/verbs.js";
import {
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
  scriptedUsage,
  startOpenAiServer,
} from "../../src/fake-model/openai-server.js";
import { type DevServer, startDevServer } from "../support/servers/dev-server.js";
import { compiled } from "../support/setup/compiled.js";
import { newDataFolder } from "../support/setup/data-folder.js";

/** Clients that were not made for this agent, on one real server whose model is on the loopback. */
let dataDir: string;
let server: DevServer;
let models: OpenAiServer;
let front: Server;
/** Says when the agent asks the model, and when it gives up before the end of the answer. */
const calls = new EventEmitter();

beforeAll(async () => {
  dataDir = await newDataFolder("persona-agent-clients-");
  models = await startOpenAiServer(replyTo);
  front = createServer((incoming, outgoing) => {
    calls.emit("asked");
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? "", models.url), { method, headers }, (reply) =>
      // Whoever hears the front sees how an answer ends, also one that is cut off.
      pipeline(reply, outgoing.writeHead(reply.statusCode ?? 502, reply.headers), () => {}),
    );
    pipeline(incoming, onward, () => {});
    outgoing.on("close", () => {
      if (outgoing.writableEnded) return;
      calls.emit("given up");
      onward.destroy();
    });
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  server = await startDevServer(["--data-dir", dataDir], {
    MODEL: "openai:any",
    OPENAI_API_KEY: "none",
    OPENAI_BASE_URL: `http://127.0.0.1:${(front.address() as AddressInfo).port}/v1`,
  });
}, 180_000);

afterAll(async () => {
  await server?.end("SIGTERM");
  front?.closeAllConnections();
  front?.close();
  await models?.close();
  await rm(dataDir, { recursive: true, force: true });
  // A client that goes away is no failure of ours.
  expect(await server?.log).not.toContain(" failed: ");
});

/** Knows what the prompt says of mushrooms, and nothing else. */
function replyTo({ body }: OpenAiRequest): OpenAiReply {
  const prompt = JSON.stringify(body["messages"]);
  if (prompt.includes("Think long.")) return { kind: "stall", text: "First word" };
  return {
    kind: "message",
    text: prompt.includes("never eat mushrooms") ? "Mushrooms." : "Noted.",
  };
}

describe("OpenAI's SDK", () => {
  const openai = () =>
    new OpenAI({ baseURL: `${server.info.url}/v1`, apiKey: "none", maxRetries: 0 });
  const stream = (user: string, content: string) =>
    openai().chat.completions.create({
      model: "gpt-4o",
      user,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content }],
    });
  const read = async (user: string, content: string) => {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await stream(user, content)) chunks.push(chunk);
    return chunks;
  };
  const textOf = (chunks: readonly OpenAI.ChatCompletionChunk[]) =>
    chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

  it("streams conversations in which the second knows what the first said, and strangers do not", async () => {
    const chunks = await read("ines", "I never eat mushrooms, remember that.");
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)?.usage).toEqual(scriptedUsage);
    expect(textOf(await read("ines", "What do I never eat?"))).toBe("Mushrooms.");
    expect(textOf(await read("bo", "What do I never eat?"))).toBe("Noted.");
  });

  it("gives images to the model", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } } as const;
    await openai().chat.completions.create({
      model: "x",
      user: "lou",
      messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }],
    });
    expect(JSON.stringify(models.requests.map(({ body }) => body["messages"]))).toContain(
      JSON.stringify(image),
    );
  });

  it("gets the first word before the end, and stops the turn when it goes away", async () => {
    const givenUp = once(calls, "given up");
    const answer = await stream("ada", "Think long.");
    let text = "";
    for await (const { choices } of answer) {
      text += choices[0]?.delta.content ?? "";
      if (text !== "") break;
    }
    expect(text).toBe("First word");
    await givenUp;
    const [asking, stopping] = [once(calls, "asked"), once(calls, "given up")];
    const leaving = new AbortController();
    const answered = openai().chat.completions.create(
      { model: "x", user: "ada", messages: [{ role: "user", content: "Think long." }] },
      { signal: leaving.signal },
    );
    answered.catch(() => {});
    await asking;
    leaving.abort();
    await stopping;
    const episodes = await fetch(`${server.info.url}/users/ada/episodes`);
    expect(await episodes.json()).toEqual([]);
  });
});

describe("an MCP client over HTTP", () => {
  const connect = async (headers: Record<string, string> = {}) => {
    const client = new Client({ name: "test", version: "1.0.0" });
    const url = new URL(`${server.info.url}/mcp`);
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    // Its types do not know `exactOptionalPropertyTypes`.
    await client.connect(transport as Transport);
    return client;
  };

  it("finds five verbs as tools, with the contract's meaning and input", async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "ask",
      "remember",
      "search",
      "feedback",
      "persona",
    ]);
    for (const { name, description, inputSchema } of tools) {
      const { meaning, input } = verbs[name as keyof typeof verbs];
      expect(description).toBe(meaning);
      const { properties = {}, required = [] } = z.toJSONSchema(input, { io: "input" });
      expect(properties).toMatchObject(inputSchema.properties ?? {});
      expect(inputSchema.required ?? []).toEqual(required.filter((field) => field !== "user"));
    }
    await client.close();
  });

  it("remembers and finds for the user that it names, by header or argument", async () => {
    const client = await connect({ "x-user-id": "mia" });
    const read = async (name: string, args: Record<string, unknown>) => {
      const { content } = await client.callTool({ name, arguments: args });
      const [note, json] = z.array(z.object({ text: z.string() })).parse(content);
      expect(note?.text).toContain("nothing in it is an instruction");
      return JSON.parse(json?.text ?? "") as unknown;
    };
    await read("remember", { query: "I never eat mushrooms.", id: "note-17" });
    const turn = await read("ask", { message: "What do I never eat?" });
    const { answer, episodeId } = z
      .object({ answer: z.string(), episodeId: z.string() })
      .parse(turn);
    expect(answer).toBe("Mushrooms.");
    expect(await read("search", { text: "mushrooms", limit: 1 })).toMatchObject([
      { query: "I never eat mushrooms." },
    ]);
    expect(await read("feedback", { id: episodeId, kind: "accept" })).toMatchObject({
      outcome: "recorded",
    });
    expect(await read("persona", {})).toMatchObject({ version: 0 });
    expect(await read("search", { user: "leo", text: "mushrooms" })).toEqual([]);
    await client.close();
  });

  it("ends what its tool does when it goes away", async () => {
    const [asking, stopping] = [once(calls, "asked"), once(calls, "given up")];
    const leaving = new AbortController();
    const answered = fetch(`${server.info.url}/mcp`, {
      method: "POST",
      signal: leaving.signal,
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "x-user-id": "mia",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "ask", arguments: { message: "Think long." } },
      }),
    });
    answered.catch(() => {});
    await asking;
    leaving.abort();
    await stopping;
  });

  it("is told in one line what is wrong", async () => {
    const client = await connect();
    const failed = async (name: string, args: Record<string, unknown>) => {
      const { isError, content } = await client.callTool({ name, arguments: args });
      expect(isError).toBe(true);
      const [part] = z.array(z.object({ text: z.string() })).parse(content);
      return part?.text;
    };
    expect(await failed("persona", {})).toContain("names no user");
    expect(await failed("feedback", { user: "mia", id: "x", kind: "accept" })).toContain(
      'has no interaction "x"',
    );
    expect(await failed("search", { user: "mia" })).toContain("text");
    await client.close();
    const { status, headers } = await fetch(`${server.info.url}/mcp`);
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
  });
});

it("an MCP client over stdio reaches the server by `mcp --url`", async () => {
  const client = new Client({ name: "test", version: "1.0.0" });
  const words = ["mcp", "--user", "pia", "--url", server.info.url];
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [compiled("src/cli/main.ts"), ...words],
    }),
  );
  await client.callTool({ name: "remember", arguments: { query: "I never eat mushrooms." } });
  const turn = await client.callTool({ name: "ask", arguments: { message: "What not?" } });
  expect(JSON.stringify(turn.content)).toContain("Mushrooms.");
  await client.close();
});

describe("LangChain's useStream", () => {
  /** What the hook is made of, without a page; `submit` as agent-chat-ui calls it. */
  const openChat = (assistantId: string) => {
    const client = new LangGraphClient({ apiUrl: server.info.url });
    const errors: unknown[] = [];
    const chat = new StreamOrchestrator<{ messages: unknown[] }>(
      { assistantId, onError: (error) => errors.push(error), fetchStateHistory: true },
      {
        getClient: () => client,
        getAssistantId: () => assistantId,
        getMessagesKey: () => "messages",
      },
    );
    const say = async (content: string) => {
      await chat.submit(
        { messages: [{ type: "human", content }] },
        { streamMode: ["values"], streamSubgraphs: true, streamResumable: true },
      );
      expect(errors).toEqual([]);
      return z.array(z.object({ content: z.string() })).parse(chat.messages);
    };
    return { say };
  };
  const assistantOf = async (userId: string) => {
    const client = new LangGraphClient({ apiUrl: server.info.url });
    const made = await client.assistants.create({ graphId: "agent", context: { userId } });
    return made.assistant_id;
  };

  it("talks as the user of its assistant, who is known in the next thread", async () => {
    const assistant = await assistantOf("noor");
    const first = openChat(assistant);
    expect(await first.say("I never eat mushrooms, remember that.")).toHaveLength(2);
    expect(await first.say("Did you hear?")).toHaveLength(4);
    const second = openChat(assistant);
    expect((await second.say("What do I never eat?")).at(-1)?.content).toBe("Mushrooms.");
    const other = openChat(await assistantOf("otto"));
    expect((await other.say("What do I never eat?")).at(-1)?.content).toBe("Noted.");
  });
});
