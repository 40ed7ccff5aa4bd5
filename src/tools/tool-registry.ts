import type { StructuredToolInterface, StructuredToolParams, Tool } from "@langchain/core/tools";
import type { RunConfig } from "../config/turn-settings.js";
import type { PersonaLine } from "../domain/persona/persona-checkpoint.js";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../system/errors.js";
import { toolGuidancePrompt } from "../prompts/agent/persona-prompt.js";
import { unquoted } from "../prompts/quote.js";
import { paperToolCards } from "../prompts/agent/tool-cards.js";

/**
 * A tool from a caller. `Tool` (with one string as input) is a `StructuredToolInterface`, except to the compiler under
 * `exactOptionalPropertyTypes`.
 */
export type GivenTool = StructuredToolInterface | Tool;

/** The tools of one agent, by unique names. */
export interface ToolRegistry {
  /** In the order of registration. */
  readonly names: readonly string[];
  /**
   * The tools that a run may use, in the order of registration: all when `allowed` is undefined.
   *
   * @throws {PersonaAgentError} `config-invalid` when `allowed` names a tool that is not registered.
   */
  select(choice?: { readonly allowed?: readonly string[] | undefined }): StructuredToolInterface[];
}

/** The function names that model providers accept. */
const validName = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * @param tools - LangChain tools: from `tool(...)`, subclasses of `StructuredTool`, or from an MCP server.
 * @throws {PersonaAgentError} `config-tool-invalid` for a value that is not a tool, a name that providers reject, and two
 *   tools with one name.
 */
export function createToolRegistry(tools: readonly GivenTool[]): ToolRegistry {
  const byName = new Map<string, StructuredToolInterface>();
  for (const unchecked of tools) {
    const tool = parseTool(unchecked);
    if (byName.has(tool.name))
      throw refused(
        `Two tools are named ${JSON.stringify(tool.name)}; expected a different name for each. Rename one of them.`,
      );
    byName.set(tool.name, tool);
  }
  const names = [...byName.keys()];
  return {
    names,
    select({ allowed } = {}) {
      const unknown = allowed?.find((name) => !byName.has(name));
      if (unknown !== undefined)
        throw new PersonaAgentError(
          "config-invalid",
          `The setting allowedTools names the unknown tool ${printable(unknown)}; expected some of ${names.join(", ") || "none: no tool is registered"}. Correct it or leave it out.`,
          { details: { unknown, known: names } },
        );
      return [...byName.values()].filter(({ name }) => allowed?.includes(name) ?? true);
    },
  };
}

/**
 * The tools as they are bound to a model: name, description and schema. The description ends with the persona's lines
 * for that tool. The registered tools, which are the ones that run, are not changed.
 *
 * @param mode - In paper mode our memory tool has the paper's card.
 */
export function withGuidance(
  tools: readonly StructuredToolInterface[],
  lines: readonly Pick<PersonaLine, "text" | "tool">[],
  mode: RunConfig["mode"] = "default",
): StructuredToolParams[] {
  return tools.map(({ name, description, schema, extras }) => {
    const card = (mode === "paper" ? paperToolCards[name] : undefined) ?? description;
    const guidance = lines
      .filter((line) => line.tool === name)
      .map((line) => `- ${unquoted(line.text.replaceAll(/\s+/g, " ").trim())}`)
      .join("\n");
    return {
      name,
      description: guidance === "" ? card : toolGuidancePrompt.render({ card, lines: guidance }),
      schema,
      ...(extras === undefined ? {} : { extras }),
    };
  });
}

/** Callers without types can pass anything, and otherwise only the model's provider would notice. */
function parseTool(tool: unknown): StructuredToolInterface {
  const { name, schema, invoke } = Object(tool) as Record<string, unknown>;
  if (typeof invoke !== "function" || typeof schema !== "object" || schema === null)
    throw refused(
      `Among the tools, ${printable(tool)} is not a LangChain tool; expected what tool(...) of @langchain/core/tools makes. Pass such tools.`,
    );
  if (typeof name === "string" && validName.test(name)) return tool as StructuredToolInterface;
  throw refused(
    `The tool name ${printable(name)} is not valid; expected 1 to 64 letters, digits, _ or -. Rename the tool.`,
  );
}

function printable(name: unknown): string {
  return typeof name === "string" ? JSON.stringify(storableText(name, 80)) : typeof name;
}

function refused(message: string) {
  return new PersonaAgentError("config-tool-invalid", message);
}
