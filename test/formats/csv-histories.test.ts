import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReadItem } from "../../src/formats/history-source.js";
import type { InteractionField } from "../../src/formats/interaction-fields.js";
import { openHistories } from "../../src/formats/open-histories.js";
import { PersonaAgentError } from "../../src/system/errors.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-csv-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Reading {
  readonly columns?: Readonly<Partial<Record<InteractionField, string>>>;
  readonly question?: string;
  readonly user?: string;
  readonly name?: string;
}

async function read(
  content: string | Buffer,
  { columns, question, user, name = "films.csv" }: Reading = {},
): Promise<ReadItem[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const named = new Map(Object.entries(columns ?? {}) as [InteractionField, string][]);
  const isNamed = columns !== undefined || question !== undefined;
  const source = await openHistories(path, {
    ...(user !== undefined && { user }),
    ...(isNamed && { csv: { columns: named, question: question ?? null } }),
  });
  const items: ReadItem[] = [];
  for await (const item of source.read()) items.push(item);
  return items;
}

/** Each as user, query, answer and time. */
function shown(items: readonly ReadItem[]) {
  return items.map((entry) =>
    entry.ok
      ? [entry.user, entry.item.query, entry.item.answer, entry.item.at]
      : `${entry.line}: ${entry.reason}`,
  );
}

async function refusal(content: string | Buffer, reading?: Reading): Promise<string> {
  const error: unknown = await read(content, reading).catch((thrown: unknown) => thrown);
  if (PersonaAgentError.is(error, "config-file-invalid")) return error.message;
  throw new Error("The file was taken.", { cause: error });
}

const day = "2024-05-01T00:00:00.000Z";

describe("a CSV file", () => {
  it("is read by the names in its header, whatever stands between its columns", async () => {
    const rows = ["User|Query|answer|at|mood", "ada|Tea?|yes|2024-05-01|any"];
    for (const delimiter of [",", ";", "\t", "|"]) {
      const content = rows.map((row) => row.replaceAll("|", delimiter)).join("\n");
      expect(shown(await read(content))).toEqual([["ada", "Tea?", "yes", day]]);
    }
  });

  it("may have quotes, a byte order mark, CRLF, empty lines and short ones", async () => {
    const content = `\uFEFFuser,"query",answer\r\n\r\nada,"Tea, ""green"",\r\nor not?","yes"\r\nbob,Cake\r\n`;
    expect(shown(await read(content))).toEqual([
      ["ada", 'Tea, "green",\r\nor not?', "yes", null],
      ["bob", "Cake", null, null],
    ]);
  });

  it("may be gzip, named .tsv, or in UTF-16 as a spreadsheet saves it", async () => {
    const content = "user\tquery\tanswer\nada\tThé ?\toui\n";
    const expected = [["ada", "Thé ?", "oui", null]];
    expect(shown(await read(gzipSync(content), { name: "a.tsv.gz" }))).toEqual(expected);
    expect(shown(await read(Buffer.from(`\uFEFF${content}`, "utf16le")))).toEqual(expected);
  });

  it("has options and a scale in columns, and times as seconds", async () => {
    const content =
      'user,query,answer,options,scale,at\nada,a,x,x|y,,1714555800\nada,b,4,,1-5,\nada,c,4,,"1,2,4",\nada,d,x,x,,\n';
    const items = await read(content);
    expect(items.map((entry) => entry.ok && [entry.item.options, entry.item.scale])).toEqual([
      [["x", "y"], null],
      [null, { least: 1, greatest: 5 }],
      [["1", "2", "4"], null],
      false,
    ]);
    expect(shown(items)[0]).toContain("2024-05-01T09:30:00.000Z");
    expect(shown(items)[3]).toContain("5: options has the wrong form");
  });

  it("may name its columns otherwise, and make the question of them", async () => {
    const content = 'Name,Year,My Rating\n"Heat\n{Year}",1995,4.5\n,1990,3\n';
    const items = await read(content, {
      columns: { answer: "my rating" },
      question: "How do I like {Name} ({Year})?",
      user: "ada",
      name: "export",
    });
    expect(shown(items)).toEqual([
      ["ada", "How do I like Heat {Year} (1995)?", "4.5", null],
      "4: Name is empty; expected some text for the question",
    ]);
  });

  it("gives the number of each line that cannot be taken", async () => {
    const content = 'user,query\nada,"two\nlines"\nada,\na:b,x\n\nada,last\n';
    expect(shown(await read(content))).toEqual([
      ["ada", "two\nlines", null, null],
      "4: query is empty; expected some text",
      expect.stringMatching(/^5: The user id "a:b"/),
      ["ada", "last", null, null],
    ]);
  });
});

describe("a CSV file that cannot be imported is refused in one line", () => {
  it.each<[string, string | Buffer, Reading | undefined, string]>([
    [
      "no user",
      "query,answer\na,b\n",
      undefined,
      'no column "user"; its columns are "query", "answer"',
    ],
    [
      "no question",
      "user,text\na,b\n",
      undefined,
      "--column query=<name>, or write it with --question",
    ],
    ["another column", "user,query\na,b\n", { columns: { answer: "x" } }, 'no column "x"'],
    ["another placeholder", "user\na\n", { question: "{x}?" }, 'no column "x"'],
    ["a header alone", "user,query\n", undefined, "no line below its header"],
    ["nothing", "", undefined, "no line below its header"],
    ["an open quote", 'user,query\nada,x\nada,"y\nada,z\n', undefined, "not valid CSV at line 3"],
    ["Latin-1", Buffer.from("user,query\nada,caf\u00e9\n", "latin1"), undefined, "is not UTF-8"],
    [
      "no good line",
      "user,query\nada,\n",
      undefined,
      "No line of films.csv can be imported (line 2:",
    ],
  ])("%s", async (_, content, reading, part) => {
    const message = await refusal(content, reading);
    expect(message).toContain(part);
    expect(message).not.toContain("\n");
  });

  it("a folder beside options that are a file's", async () => {
    await expect(openHistories(folder, { user: "ada" })).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("expected a file"),
    });
  });
});
