import { describe, expect, it } from "vitest";
import {
  openRemoteConversation,
  serverThreadId,
} from "../../../src/cli/talk/remote-conversation.js";
import { readRemoteEvent, readRemoteTurn } from "../../../src/cli/talk/remote-turn.js";

const state = {
  messages: [
    { type: "human", content: "Tea or coffee?" },
    {
      type: "ai",
      content: [
        { type: "text", text: "te" },
        { type: "text", text: "a" },
      ],
    },
  ],
  personaVersion: 2,
  recalled: [
    {
      id: `${"e".repeat(25)}1`,
      score: 0.5,
      at: "2026-01-01T00:00:00.000Z",
      query: "Tea?",
      response: "Coffee.",
      groundTruth: "tea",
    },
  ],
  alignment: { newAnswers: 3, due: false },
  reflection: { newTurns: 1, due: false },
  userSummary: "",
  personaLines: [],
  recalledByTools: [
    { id: `${"e".repeat(25)}1`, score: 0.1 },
    { id: `${"e".repeat(25)}2`, score: 0.2 },
  ],
  tools: [{ name: "recall_memory", ok: true }],
  episodeId: "e3",
  degraded: [],
  usage: { calls: 2, tokens: { in: 10, out: 1 } },
  owner: "somebody",
};

describe("readRemoteTurn", () => {
  it("reads the result of the turn from a server's state, each recalled episode once", () => {
    expect(readRemoteTurn(state).turn).toEqual({
      answer: "tea",
      personaVersion: 2,
      recalled: [
        { id: `${"e".repeat(25)}1`, score: 0.5 },
        { id: `${"e".repeat(25)}2`, score: 0.2 },
      ],
      tools: [{ name: "recall_memory", ok: true }],
      episodeId: "e3",
      alignment: { newAnswers: 3, due: false },
      reflection: { newTurns: 1, due: false },
      degraded: [],
      usage: { calls: 2, tokens: { in: 10, out: 1 } },
    });
  });

  it("says that the server runs another graph", () => {
    expect(() => readRemoteTurn({ messages: [] })).toThrow("does not run this agent");
    expect(() => readRemoteTurn(undefined)).toThrow("does not run this agent");
  });
});

describe("readRemoteEvent", () => {
  it("gives the text of `reason` and the started tools, and nothing else", () => {
    const piece = { type: "AIMessageChunk", content: "te" };
    expect(readRemoteEvent("messages", [piece, { langgraph_node: "reason" }])).toEqual({
      kind: "text",
      text: "te",
    });
    expect(readRemoteEvent("messages", [piece, { langgraph_node: "execute-tools" }])).toBeNull();
    expect(
      readRemoteEvent("messages", [{ ...piece, type: "tool" }, { langgraph_node: "reason" }]),
    ).toBeNull();
    expect(readRemoteEvent("custom", { kind: "tool-started", name: "recall_memory" })).toEqual({
      kind: "tool-started",
      name: "recall_memory",
    });
    expect(readRemoteEvent("custom", { kind: "persona-loaded", version: 1 })).toBeNull();
    expect(readRemoteEvent("values", state)).toBeNull();
  });
});

describe("serverThreadId", () => {
  it("keeps a UUID, and always gives another name the same UUID", () => {
    const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    expect(serverThreadId(id)).toBe(id);
    expect(serverThreadId("main")).toBe(serverThreadId("main"));
    expect(serverThreadId("main")).not.toBe(serverThreadId("other"));
    expect(serverThreadId("main")).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/,
    );
  });
});

describe("openRemoteConversation", () => {
  it("says in one line that no server answers at the address", async () => {
    const conversation = openRemoteConversation("http://127.0.0.1:1", {
      userId: "ada",
      settings: { mode: "default" },
      threadId: "main",
      why: false,
      signal: new AbortController().signal,
    });
    await expect(conversation.say("hi")).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringMatching(/^No server answers at http:\/\/127\.0\.0\.1:1 .*--url\.$/),
    });
  });
});
