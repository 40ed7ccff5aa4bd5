import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadMcpTools, type McpConfig, type McpTools } from "../../src/tools/load-mcp-tools.js";
import { createToolRegistry } from "../../src/tools/tool-registry.js";
import { runToolCalls } from "../../src/tools/run-tool-calls.js";
import { compiled } from "../support/setup/compiled.js";

const program = compiled("test/support/servers/mcp-server.ts");
const server = (name: string) => ({
  command: process.execPath,
  args: [program, name],
});
const node = (source: string) => ({
  command: process.execPath,
  args: ["-e", source],
  stderr: "ignore" as const,
});

const opened: McpTools[] = [];
async function load(config: McpConfig): Promise<McpTools> {
  const mcp = await loadMcpTools(config);
  opened.push(mcp);
  return mcp;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((mcp) => mcp.close()));
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-mcp-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function call(
  { tools }: McpTools,
  name: string,
  args: Record<string, unknown> = {},
  timeoutMs = 10_000,
) {
  const calls = [{ type: "tool_call" as const, id: "c", name, args }];
  const options = { tools: createToolRegistry(tools).select(), calls, config: {}, timeoutMs };
  const messages = await runToolCalls(options);
  return {
    messages,
    tools: messages.map(({ name, status }) => ({ name, ok: status !== "error" })),
  };
}

const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const refusal = (server: string, reason: RegExp) =>
  expect.objectContaining({
    code: "config-tool-invalid",
    message: expect.stringMatching(
      new RegExp(
        `^The MCP server "${server}" did not start: [^\\n]*${reason.source}[^\\n]*; expected [^\\n]*\\.$`,
      ),
    ),
  });

describe("loadMcpTools", () => {
  it("gives a server's tools: one that succeeds, one that fails, one that hangs", async () => {
    const mcp = await load({ mcpServers: { math: server("math") } });
    expect(mcp.tools.map(({ name }) => name)).toEqual(["add", "fail", "hang", "only_math_pid"]);

    const sum = await call(mcp, "add", { a: 1, b: 2 });
    expect(sum.messages[0]).toMatchObject({ status: "success", content: "math: 3" });

    const misfit = await call(mcp, "add", { a: "one" });
    expect(misfit.messages[0]?.content).toMatch(
      /^The arguments do not fit[\s\S]*"required":\["a","b"\]/,
    );

    const failure = await call(mcp, "fail");
    expect(failure.tools).toEqual([{ name: "fail", ok: false }]);
    expect(failure.messages[0]?.content).toMatch(/The disk is full\./);

    const hanging = await call(mcp, "hang", {}, 20);
    expect(hanging.messages[0]?.content).toMatch(/did not answer within 0.02 seconds/);

    // The connection is still good.
    expect((await call(mcp, "add", { a: 2, b: 2 })).messages[0]?.content).toBe("math: 4");
  });

  it("leaves no process behind when it is closed, even twice", async () => {
    const mcp = await load({
      mcpServers: { one: server("one") },
      // A setting of the adapters' own.
      prefixToolNameWithServerName: true,
    });
    const { messages } = await call(mcp, "one__only_one_pid");
    const pid = Number(messages[0]?.content);
    expect(runs(pid)).toBe(true);
    await mcp.close();
    await mcp.close();
    expect(runs(pid)).toBe(false);
    expect((await call(mcp, "one__add", { a: 1, b: 1 })).tools).toEqual([
      { name: "one__add", ok: false },
    ]);
  });

  it("gives different names to tools that two servers offer under one name, and calls the right one", async () => {
    const mcp = await load({ mcpServers: { a: server("a"), "b.c": server("b") } });
    expect(mcp.tools.map(({ name }) => name)).toEqual([
      "a__add",
      "a__fail",
      "a__hang",
      "only_a_pid",
      "b_c__add",
      "b_c__fail",
      "b_c__hang",
      "only_b_pid",
    ]);
    expect((await call(mcp, "b_c__add", { a: 1, b: 1 })).messages[0]?.content).toBe("b: 2");
  });

  it.each([
    ["cannot be started", { command: "/no/such/program", args: [] }, /ENOENT/],
    ["ends at once", node("process.exit(3)"), /Connection closed/],
    [
      "is not configured",
      { command: 5 } as unknown as { command: string; args: string[] },
      /command/,
    ],
    ["is not there", { url: "http://127.0.0.1:1/mcp" }, /127\.0\.0\.1/],
  ])("says which server it was when one %s", async (_what, connection, reason) => {
    await expect(loadMcpTools({ mcpServers: { broken: connection } })).rejects.toThrow(
      refusal("broken", reason),
    );
  });

  it("ends a server that starts but never answers, and closes the others", async () => {
    const pidFile = join(folder, "pid");
    // Neither the end of its input nor a polite signal ends it.
    const mute = {
      command: "/bin/sh",
      args: ["-c", `trap "" TERM; echo $$ > '${pidFile}'; exec sleep 600`],
    };
    await expect(
      loadMcpTools({ mcpServers: { mute, well: server("well") }, startTimeoutMs: 1_000 }),
    ).rejects.toThrow(refusal("mute", /no answer within 1 s/));
    expect(runs(Number(await readFile(pidFile, "utf8")))).toBe(false);
  });
});
