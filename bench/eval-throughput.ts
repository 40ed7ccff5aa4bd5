/**
 * How close an evaluation comes to the least time that its model calls leave it: a loopback model of one second, sixteen
 * calls at a time. Run by hand; exits with 1 where the question phase takes more than 1.15 times
 * questions × calls in a row × seconds / 16:
 *
 *   npm run bench -- eval-throughput [--users 20] [--questions 16] [--asks-memory]
 *
 * Start-up and alignment are told apart. With --asks-memory the persona agent searches its memory first, and so takes two
 * calls in a row for each question.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openEvalSet } from "../src/eval/sets/open-eval-set.js";
import { generateSet } from "../src/eval/sets/generator.js";
import { allMethods } from "../src/eval/methods/all-methods.js";
import { armsOf } from "../src/eval/studies.js";
import { writeGeneratedSet } from "../src/eval/sets/write-set.js";
import { loadChatModel } from "../src/model/load-chat-model.js";
import { evaluationOptions, recordedBy } from "../test/support/evaluation/evaluation.js";
import { report } from "./report.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "20" },
    questions: { type: "string", default: "16" },
    "asks-memory": { type: "boolean", default: false },
  },
});
const waitMs = 1_000;
const concurrency = 16;
const most = 1.15;
const startMs = performance.now();

const folder = await mkdtemp(join(tmpdir(), "eval-throughput-"));
const server = fork(new URL("control-model-process.ts", import.meta.url), {
  execArgv: ["--import", "tsx"],
});
try {
  server.send({ waitMs, asksMemory: values["asks-memory"] });
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const users = Number(values.users);
  const questions = Number(values.questions);
  const generated = generateSet({
    task: "LaMP_2M",
    seed: 1,
    noise: 0,
    historyLength: 24,
    users,
    questions,
  });
  await writeGeneratedSet(generated, join(folder, "set"));
  const set = await openEvalSet(join(folder, "set"));
  const arms = armsOf({ methods: allMethods, names: ["prompt", "rag", "persona-agent"] });
  const model = loadChatModel("openai:waiting", { openaiBaseUrl: url });
  const options = evaluationOptions(
    { folder: join(folder, "run"), sets: [{ set, users: set.users }], arms, model },
    { concurrency, startMs },
  );
  const deps = { ...options.deps, wikipedia: null };
  const cpuBefore = process.cpuUsage();
  const { run, predictions } = await recordedBy({ ...options, deps });
  const { user, system } = process.cpuUsage(cpuBefore);

  const errors = predictions.filter(({ error }) => error !== null);
  const rows = arms.map(({ id }) => {
    const own = predictions.filter(({ arm }) => arm === id);
    return {
      name: id,
      samples: own.map((each) => each.seconds),
      more: {
        "calls in a row": sum(own.map(({ usage }) => usage.calls)) / own.length,
        errors: own.filter(({ error }) => error !== null).length,
      },
    };
  });
  const { startSeconds, preparationSeconds, questionSeconds } = run.timing;
  const least = (sum(predictions.map(({ usage }) => usage.calls)) * waitMs) / 1_000 / concurrency;
  const share = questionSeconds / least;
  const phases = {
    start: startSeconds,
    preparation: preparationSeconds,
    questions: questionSeconds,
  };
  await report(
    "eval-throughput",
    [
      { title: "A question", unit: "s", rows },
      {
        title: "The evaluation's phases, beside the least time of its questions",
        unit: "s",
        references: ["least"],
        rows: Object.entries({ least, ...phases }).map(([name, took]) => ({
          name,
          samples: [took],
        })),
      },
    ],
    `The questions may take ${most} of the least. CPU ${((user + system) / 1e6).toFixed(1)} s.`,
  );
  if (share > most || errors.length > 0) process.exitCode = 1;
} finally {
  server.send("stop");
  await rm(folder, { recursive: true, force: true });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
