import type { ServerQuirks } from "./server-quirks.js";

/** Servers that people run, each as the set of its quirks that public reports tell. */
export const serverProfiles = {
  OpenAI: {},
  Ollama: { thinks: "reasoning", callIndex: "zero", embeds: { tokens: 512 } },
  vLLM: { thinks: "in marks", rolesAlternate: true, lacks: ["embeddings"] },
  "llama.cpp": {
    thinks: "in unopened marks",
    rolesAlternate: true,
    lacks: ["tools", "system", "structured output"],
    embeds: { inputs: 4 },
  },
  Mistral: {
    thinks: "in parts",
    usage: "always",
    wantsShortIds: true,
    refuses: ["stream_options"],
  },
  Gemini: {
    callIds: "empty",
    callIndex: "zero",
    signsCalls: true,
    listsErrors: true,
    refuses: ["$schema", "additionalProperties", "title"],
  },
  DeepSeek: {
    thinks: "reasoning_content",
    wantsReasoningBack: true,
    lacks: ["structured output", "embeddings"],
  },
  OpenRouter: { thinks: "reasoning", callIds: "missing", stumbles: 4, embeds: { inputs: 10 } },
  Groq: {
    usage: "x_groq",
    refusesInStrict: ["minimum", "maximum", "minLength", "maxLength", "maxItems", "minItems"],
    lacks: ["embeddings"],
  },
} satisfies Readonly<Record<string, ServerQuirks>>;
