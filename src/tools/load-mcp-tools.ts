import type { StructuredToolInterface } from "@langchain/core/tools";
import type { ClientConfig, MultiServerMCPClient } from "@langchain/mcp-adapters";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../system/errors.js";
import { endProcess, withChildProcesses } from "../system/child-processes.js";
import { requireInstalled } from "../system/optional-package.js";
import { TimeLimitError, withTimeLimit } from "../system/time-limit.js";

/** The settings of `MultiServerMCPClient`, servers by name under `mcpServers`, as in every MCP config file. */
export type McpConfig = Omit<ClientConfig, "onConnectionError"> & {
  /** Most that each server may take to start, answer and list its tools. */
  readonly startTimeoutMs?: number;
};

export interface McpTools {
  /** Server by server in the order of the config. */
  readonly tools: StructuredToolInterface[];
  /** Ends the connections and the processes that were started. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Connects to MCP servers through `@langchain/mcp-adapters`, which must be installed, and returns their tools as
 * LangChain's. A tool that two servers offer is named `server__tool` for both; characters that providers reject in a
 * name become `_`.
 *
 * @throws {PersonaAgentError} `config-tool-invalid` naming the server that did not start or answer; the others are
 *   closed, and no process is left. `config-package-missing`
 */
export async function loadMcpTools({
  startTimeoutMs = 20_000,
  mcpServers,
  ...settings
}: McpConfig): Promise<McpTools> {
  requireInstalled({ what: "`loadMcpTools`", packages: ["@langchain/mcp-adapters"] });
  const outcomes = await Promise.allSettled(
    Object.entries(mcpServers).map(([name, connection]) =>
      connect(name, { ...settings, mcpServers: { [name]: connection } }, startTimeoutMs),
    ),
  );
  const servers = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? [outcome.value] : [],
  );
  const close = async () => {
    await Promise.all(servers.map(({ client }) => client.close()));
  };
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure !== undefined) {
    await close();
    throw failure.reason;
  }
  return { tools: nameApart(servers), close };
}

interface Server {
  readonly name: string;
  readonly client: MultiServerMCPClient;
  readonly tools: Awaited<ReturnType<MultiServerMCPClient["getTools"]>>;
}

/** One client for each server: a client connects to its servers one by one, and is useless if one fails. */
async function connect(name: string, config: ClientConfig, startTimeoutMs: number) {
  const { MultiServerMCPClient } = await import("@langchain/mcp-adapters");
  return withChildProcesses(async (children): Promise<Server> => {
    let client: MultiServerMCPClient | undefined;
    try {
      const connecting = (client = new MultiServerMCPClient(config));
      const tools = await withTimeLimit(() => connecting.getTools(), { timeoutMs: startTimeoutMs });
      return { name, client, tools };
    } catch (error) {
      // The client knows only servers that have answered, so closing it does not end the others.
      await Promise.all(children.map(endProcess));
      await client?.close();
      throw new PersonaAgentError(
        "config-tool-invalid",
        `The MCP server ${JSON.stringify(name)} did not start: ${reasonOf(error, startTimeoutMs)}; expected a server that answers and lists its tools. Check its command or url, or leave it out.`,
        { cause: error, details: { server: name } },
      );
    }
  });
}

function reasonOf(error: unknown, startTimeoutMs: number): string {
  if (error instanceof TimeLimitError) return `no answer within ${startTimeoutMs / 1_000} s`;
  const message = error instanceof Error ? error.message : String(error);
  return storableText(message.replaceAll(/\s+/g, " ").trim(), 300).replace(/[.;]$/, "");
}

/** Renames the tools. The adapters made them for this call, and still call the servers by the old names. */
function nameApart(servers: readonly Server[]): StructuredToolInterface[] {
  const named = servers.flatMap(({ name: server, tools }) =>
    tools.map((tool) => ({ server, tool, name: providerName(tool.name) })),
  );
  return named.map(({ server, tool, name }) => {
    const shared = named.some((other) => other.name === name && other.server !== server);
    tool.name = shared ? providerName(`${server}__${name}`) : name;
    return tool;
  });
}

function providerName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);
}
