import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/cli-context.js";
import { runCli } from "../../src/cli/run-cli.js";
import { Stopped } from "../../src/cli/stop-signals.js";

/** A command line that is refused before anything is opened. */
async function run(
  words: readonly string[],
  {
    input = "",
    signal = new AbortController().signal,
    openAgent = () => Promise.reject(new Error("The agent was opened.")),
  }: Partial<Pick<CliContext, "signal" | "openAgent">> & { readonly input?: string } = {},
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Readable.from([input]);
  const code = await runCli(words, {
    env: {},
    stdin,
    stdout,
    stderr,
    signal,
    openAgent,
  });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe("a data folder that does not exist", () => {
  it.each([
    [["users"], true],
    [["memory", "list", "--user", "ada"], true],
    [["memory", "delete", "--user", "ada", "x"], true],
    [["log", "--user", "ada"], true],
    [["align", "--user", "ada"], true],
    [["reindex"], true],
    [["acceptance"], true],
    [["locale", "--user", "ada"], true],
    [["locale", "--user", "ada", "--language", "de"], false],
    [["ask", "--user", "ada", "hi"], false],
    [["health"], true],
    [["erase", "--user", "ada", "--yes"], true],
    [["memory", "add", "--user", "ada", "Tea?", "--answer", "green"], false],
  ])("is refused by a command that needs what is there: %j, %s", async (words, mustExist) => {
    const opened: unknown[] = [];
    const openAgent: CliContext["openAgent"] = async (_env, options) => {
      opened.push(options?.mustExist);
      throw new Error("The agent was opened.");
    };
    await run(words, { openAgent });
    expect(opened).toEqual([mustExist]);
  });
});

describe("a command line that is not understood ends with 2 and one line", () => {
  it.each([
    [["frob"], "unknown command 'frob'"],
    [["import"], "expected one of --data <path> and --archive <file>"],
    [["ask", "hi"], "required option '--user <id>' not specified"],
    [["ask", "--user", "ada"], "missing required argument 'question'"],
    [["ask", "--user", "ada", "--mode", "odd", "hi"], "Allowed choices are default, paper. Run"],
    [["ask", "--user", "ada", "--colour", "hi"], "unknown option '--colour'"],
    [["log"], "required option '--user <id>' not specified"],
    [["rollback", "--user", "ada"], "required option '--to <version>' not specified"],
    [["memory", "delete", "--user", "ada"], "missing required argument 'id'"],
    [["feedback", "--accept", "x"], "required option '--user <id>' not specified"],
    [["feedback", "--user", "ada", "--accept"], "missing required argument 'episode'"],
    [["align", "--user", "ada", "--mode", "odd"], "Allowed choices are default, paper. Run"],
    [["review", "--approve"], "required option '--user <id>' not specified"],
  ])("%j", async (words, part) => {
    const { code, out, err } = await run(words);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^persona-agent: [^\n]+\. Run it with --help to see what it takes\.\n$/);
    expect(err).toContain(part);
  });

  // `--json` alone said `(outputHelp)`.
  it("says with --json too that no command was given", async () => {
    const { code, out } = await run(["--json"]);
    expect(code).toBe(2);
    const message = "no command given. Run it with --help to see what it takes.";
    expect(JSON.parse(out)).toEqual({ error: { code: "config-invalid", message } });
  });
});

describe("bad input ends with 1 and one line that says what to do", () => {
  it.each([
    [["ask", "--user", "a:b", "hi"], "config-user-invalid", 'The user id "a:b" holds'],
    [["ask", "--user", "", "hi"], "config-user-invalid", "The user id is empty"],
    [["ask", "--user", "😀", "hi"], "config-user-invalid", "holds a character that is not allowed"],
    [["ask", "--user", "ada", " "], "config-message-invalid", "The question is empty"],
    [["ask", "--user", "ada", "--url", "foo", "hi"], "config-invalid", '--url is "foo"'],
    [["ask", "--user", "ada", "--thread", "", "hi"], "config-invalid", "--thread is empty"],
    [["ask", "--data-dir", "", "--user", "ada", "hi"], "config-invalid", "--data-dir is empty"],
    [["import", "--data", "/nothing/there"], "config-file-invalid", "There is no /nothing/there"],
    [["import", "--data", "/", "--limit-users", "0"], "config-invalid", '--limit-users is "0"'],
    [["memory", "list", "--user", "a/b"], "config-user-invalid", 'The user id "a/b" holds'],
    [["memory", "search", "--user", "ada", "--limit", "-1", "x"], "config-invalid", "--limit is"],
    [["diff", "--user", "*"], "config-user-invalid", 'The user id "*" holds'],
    [["feedback", "--user", "ada", "x"], "config-invalid", "No feedback was given"],
    [
      ["feedback", "--user", "ada", "x", "--accept", "--edit", "y"],
      "config-invalid",
      "More than one kind of feedback was given",
    ],
    [
      ["feedback", "--user", "ada", "x", "--answer", " "],
      "config-message-invalid",
      "The true answer is empty",
    ],
    [["feedback", "--user", "a/b", "x", "--accept"], "config-user-invalid", "The user id"],
    [["align"], "config-invalid", "Neither --user nor --all was given"],
    [["align", "--user", "ada", "--all"], "config-invalid", "Both --user and --all were given"],
    [["align", "--user", "a/b"], "config-user-invalid", "The user id"],
    [["align", "--user", "ada", "--every"], "config-invalid", "go with --all"],
    [["align", "--all", "--users-at-once", "0"], "config-invalid", '--users-at-once is "0"'],
    [["align", "--user", "ada", "--batch", "0"], "config-invalid", '--batch is "0"'],
    [["align", "--user", "ada", "--batch", "500"], "config-invalid", "The setting batch"],
    [["align", "--user", "ada", "--holdout", "-1"], "config-invalid", "whole number from 0"],
    [
      ["review", "--user", "ada", "--approve", "--reject"],
      "config-invalid",
      "More than one decision was given",
    ],
    [
      ["review", "--user", "ada", "--edit", "/nothing/there"],
      "config-file-invalid",
      "/nothing/there cannot be read (ENOENT)",
    ],
    [["status", "--user", "*"], "config-user-invalid", 'The user id "*" holds'],
    [["reindex", "--user", "*"], "config-user-invalid", 'The user id "*" holds'],
  ])("%j", async (words, code, part) => {
    const plain = await run(words);
    expect(plain.code).toBe(1);
    expect(plain.out).toBe("");
    expect(plain.err).toMatch(/^persona-agent: [^\n]+\n$/);
    expect(plain.err).toContain(part);

    const json = await run([...words, "--json"]);
    expect(json.code).toBe(1);
    expect(json.err).toBe(plain.err);
    const message = plain.err.replace("persona-agent: ", "").trim();
    expect(JSON.parse(json.out)).toEqual({ error: { code, message } });
    expect(json.out.trim()).not.toContain("\n");
  });

  it("refuses 10 MB of text from the input", async () => {
    const { code, err } = await run(["ask", "--user", "ada", "-"], {
      input: "a".repeat(10_000_000),
    });
    expect(code).toBe(1);
    expect(err).toContain("The question is 10000000 characters long; at most 200000 are taken.");
  });
});

describe("help and version", () => {
  it("are printed on the output, with the options that every command takes", async () => {
    const help = await run(["import", "--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    for (const option of ["--data <path>", "--no-profile", "--data-dir <folder>", "--json"])
      expect(help.out).toContain(option);
    expect(await run(["--version"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d/),
    });
  });
});

describe("a signal", () => {
  it("ends the command with the signal's own code", async () => {
    const stopping = new AbortController();
    stopping.abort(new Stopped("SIGTERM"));
    const stopped = await run(["import", "--data", "package.json"], { signal: stopping.signal });
    expect(stopped).toEqual({ code: 143, out: "", err: "persona-agent: stopped by SIGTERM.\n" });
  });

  // Ctrl-C was only heard once the services had started, seconds later.
  it("ends the command while its services still start", async () => {
    const stopping = new AbortController();
    const openAgent = () => {
      stopping.abort(new Stopped("SIGINT"));
      return new Promise<never>(() => {});
    };
    const stopped = await run(["memory", "list", "--user", "ada"], {
      signal: stopping.signal,
      openAgent,
    });
    expect(stopped).toEqual({ code: 130, out: "", err: "persona-agent: stopped by SIGINT.\n" });
  });
});
