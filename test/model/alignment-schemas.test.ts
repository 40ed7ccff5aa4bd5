import { HumanMessage } from "@langchain/core/messages";
import { afterEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { ask } from "../../src/model/ask-structured.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { verdictSchema } from "../../src/prompts/learning/pairwise-judge.js";
import { profileRevisionSchema } from "../../src/prompts/learning/profile-revision.js";
import { profileAnswerSchema } from "../../src/prompts/learning/profile.js";
import { reflectionSchema } from "../../src/prompts/learning/reflection.js";
import { personaUpdateSchema } from "../../src/prompts/learning/textual-gradient.js";
import { critiqueSchema } from "../../src/prompts/learning/textual-loss.js";
import { startOpenAiServer, type OpenAiServer } from "../../src/fake-model/openai-server.js";

let server: OpenAiServer;
afterEach(async () => server?.close());

/** Keywords of JSON schema that OpenAI's strict structured output takes. */
const taken = new Set(
  "$schema title type properties required additionalProperties items anyOf enum description minItems maxItems minimum maximum".split(
    " ",
  ),
);

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** What OpenAI would refuse in a schema, by place. */
function faults(schema: unknown, place = "#"): string[] {
  if (!isObject(schema)) return [`${place}: no schema`];
  const { properties, items, anyOf } = schema;
  const here = Object.keys(schema)
    .filter((keyword) => !taken.has(keyword))
    .map((keyword) => `${place}: ${keyword}`);
  if (schema["type"] === "object") {
    const names = Object.keys(isObject(properties) ? properties : {});
    if (schema["additionalProperties"] !== false) here.push(`${place}: open`);
    if (JSON.stringify(schema["required"]) !== JSON.stringify(names))
      here.push(`${place}: not all required`);
  }
  return [
    ...here,
    ...Object.entries(isObject(properties) ? properties : {}).flatMap(([name, inner]) =>
      faults(inner, `${place}/${name}`),
    ),
    ...(items === undefined ? [] : faults(items, `${place}/items`)),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((inner) => faults(inner, `${place}/anyOf`)) : []),
  ];
}

const critique: z.output<typeof critiqueSchema> = {
  rightlyUsed: "",
  wrong: "",
  gap: "none",
  towardsTruth: "",
  searchKeywords: "",
  priorInteractions: "",
  userDescription: "",
  linesThatHelped: [],
  linesThatMisled: [],
};
const update = { pattern: "", decision: "keep", reason: "All right.", proposals: [] };

const profile = { statements: [{ text: "Takes tea.", items: [1] }] };
const revision = {
  revisedStatements: [{ text: "Takes tea.", keeps: [1], replaces: [], items: [] }],
};

const reaction = { item: 1, shownBy: 2, kind: "dropped", words: "Never mind.", trueAnswer: "" };
const reflection = { ...revision, reactions: [{ ...reaction, confidence: 0.8 }] };

describe("the schemas of alignment and of profiles, through OpenAI's client", () => {
  it.each([
    ["critique", critiqueSchema, critique],
    ["persona_update", personaUpdateSchema, update],
    ["verdict", verdictSchema, { reason: "Both say so.", better: "tie" }],
    ["profile", profileAnswerSchema, profile],
    ["profile_revision", profileRevisionSchema, revision],
    ["reflection", reflectionSchema, reflection],
  ] as const)(
    "%s goes out strict, as OpenAI takes it, and comes back",
    async (name, schema, answer) => {
      server = await startOpenAiServer([{ kind: "message", text: JSON.stringify(answer) }]);
      const model = loadChatModel("openai:test-model", {
        openaiBaseUrl: server.url,
        timeoutMs: 5_000,
        backoffMs: 0,
      });
      const messages = [new HumanMessage("Go on.")];
      const asked = await ask<unknown>({ model, messages, schema, name });
      expect(asked.answer).toEqual(answer);
      expect(asked.attempts).toBe(1);

      const format = server.requests[0]?.body["response_format"];
      const sent = isObject(format) ? format["json_schema"] : undefined;
      expect(sent).toMatchObject({ name, strict: true, schema: { type: "object" } });
      expect(faults(isObject(sent) ? sent["schema"] : undefined)).toEqual([]);
      server.assertUsedUp();
    },
  );
});
