import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import { addUsage, noUsage, type Usage } from "../../domain/usage.js";
import {
  type Prediction,
  predictionKey,
  predictionSchema,
  type PreparedCase,
  preparedCaseSchema,
  preparedKey,
} from "../prediction.js";
import { fileInvalid, readJson } from "../../formats/read-file.js";
import { CloseStack } from "../../system/close-stack.js";
import { ownFolder } from "../../system/folder-lock.js";
import { type Journal, openJournal } from "./journal.js";
import { expectSame, type RunRecord, type StoredRun, storedRunSchema } from "./run-record.js";

/** A run's folder, this process's alone. */
export interface RunFolder {
  /** As it began; the timing adds up all its starts so far. */
  readonly run: StoredRun;
  readonly predictions: Journal<Prediction>;
  readonly preparations: Journal<PreparedCase>;
  /** What its starts so far have cost; for one that was killed, what is recorded. */
  readonly spent: Usage;
  save(cost: Pick<RunRecord, "timing" | "spent">): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a run in a folder, or resumes the one there. Lines with an error are taken out, so that they are asked again.
 *
 * @param resume - Whether an existing run may be resumed. Without one a new run begins all the same: the earlier start may
 *   have been stopped before its first file.
 * @throws {PersonaAgentError} `config-invalid` for a folder that holds a run (without `resume`), a run under other
 *   settings, or other files; `memory-folder-in-use`; `config-file-invalid` for files that no run wrote.
 */
export async function openRunFolder(
  folder: string,
  run: StoredRun,
  { resume }: { readonly resume: boolean },
): Promise<RunFolder> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw refused(
      `The folder ${JSON.stringify(folder)} cannot be created (${error.code}); expected one that can be written. Name another with --out.`,
    );
  });
  const lock = await ownFolder(folder, {
    name: "run",
    command: "persona-agent eval",
    doing: `runs an evaluation in ${folder}`,
  });
  const opened = new CloseStack();
  opened.add({ close: () => lock.release() });
  const close = () => opened.close();
  try {
    const path = join(folder, "run.json");
    const found = await readRun(path);
    if (found !== null && !resume)
      throw refused(
        `The folder ${folder} holds a run already; expected an empty one. Go on with it with --resume, or name another with --out.`,
      );
    if (found !== null) expectSame(found, run, folder);
    else await expectEmpty(folder);
    const stored = found ?? run;
    if (found === null) await writeRun(path, stored);
    const keeps = ({ error }: Prediction | PreparedCase) => error === null;
    const predictions = opened.add(
      await openJournal({
        path: join(folder, "predictions.jsonl"),
        schema: predictionSchema,
        keyOf: predictionKey,
        keeps,
      }),
    );
    const preparations = opened.add(
      await openJournal({
        path: join(folder, "preparations.jsonl"),
        schema: preparedCaseSchema,
        keyOf: preparedKey,
        keeps,
      }),
    );
    let spent = noUsage;
    for await (const { usage } of predictions.lines()) spent = addUsage(spent, usage);
    for await (const { preparation } of preparations.lines())
      spent = addUsage(spent, preparation?.usage ?? noUsage);
    return {
      run: stored,
      predictions,
      preparations,
      spent: most(stored.spent, spent),
      save: (cost) => writeRun(path, { ...stored, ...cost }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A killed start has not saved its cost, and the lines lack what errors cost. */
function most(a: Usage, b: Usage): Usage {
  return {
    calls: Math.max(a.calls, b.calls),
    tokens: { in: Math.max(a.tokens.in, b.tokens.in), out: Math.max(a.tokens.out, b.tokens.out) },
  };
}

async function readRun(path: string): Promise<StoredRun | null> {
  if (!existsSync(path)) return null;
  const parsed = storedRunSchema.safeParse(await readJson(path, "a run's settings"));
  if (parsed.success) return parsed.data;
  throw fileInvalid(
    `${path} is not what \`eval\` writes; expected a run's settings. Restore it, or name another folder with --out.`,
    parsed.error,
  );
}

/** By a rename, so that a kill leaves no half of it. */
async function writeRun(path: string, run: StoredRun): Promise<void> {
  await writeFile(`${path}.unfinished`, `${JSON.stringify(run, null, 2)}\n`);
  await rename(`${path}.unfinished`, path);
}

/** Otherwise answers under unknown settings would count as this run's, and its files would mix with the user's. */
async function expectEmpty(folder: string): Promise<void> {
  const stray = (await readdir(folder)).find(
    (name) => !name.startsWith(".") && name !== "run.json.unfinished",
  );
  if (stray !== undefined)
    throw refused(
      `The folder ${folder} holds ${JSON.stringify(stray)} but no run.json; expected an empty folder or a run. Name another with --out.`,
    );
}

function refused(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
