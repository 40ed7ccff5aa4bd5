import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { compiled } from "../support/setup/compiled.js";

const questionCount = 32;
const itemCount = 1_024;

function* questions() {
  // A profile of one megabyte: a published file is as long in its longest profiles.
  const text = "A review of something bought, neither short nor long. ".repeat(17);
  for (let place = 0; place < questionCount; place++) {
    const profile = Array.from({ length: itemCount }, (_, at) => ({
      id: `${place}${at}`,
      text: `${at} ${text}`,
      score: "4",
    }));
    const question = { id: `${place}`, input: lampQuestion("LaMP_3", `of ${place}`), profile };
    yield `${place === 0 ? "[" : ", "}${JSON.stringify(question)}`;
  }
  yield "]";
}

it("reads a set that is far larger than the memory it may use", async () => {
  const folder = await mkdtemp(join(tmpdir(), "persona-agent-large-"));
  try {
    const path = join(folder, "dev_questions.json");
    await pipeline(Readable.from(questions()), createWriteStream(path));
    const golds = Array.from({ length: questionCount }, (_, id) => ({ id: `${id}`, output: "4" }));
    await writeFile(join(folder, "dev_outputs.json"), JSON.stringify({ task: "LaMP_3", golds }));

    // Heap only: a file read whole would stand there as one string, and again as its parts.
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--max-old-space-size=24",
      "--max-semi-space-size=1",
      compiled("test/support/evaluation/read-eval-set.ts"),
      folder,
    ]);
    const { heapLimit, ...found } = JSON.parse(stdout) as Record<string, number>;
    expect(found).toEqual({
      users: questionCount,
      questions: questionCount,
      items: questionCount * itemCount,
    });
    expect((await stat(path)).size).toBeGreaterThan(heapLimit ?? Number.NaN);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
