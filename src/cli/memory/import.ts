import { readFile } from "node:fs/promises";
import {
  importHistories,
  type ImportPreview,
  previewHistories,
} from "../../app/import-histories.js";
import { showImport, showSurvey } from "../../app/verbs/import-data.js";
import type { VerbHooks, VerbProgress } from "../../app/verbs/verb-hooks.js";
import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { userArchiveSchema } from "../../domain/user-archive.js";
import { parseUserId } from "../../domain/user-id.js";
import { readAnswerFields } from "../../formats/answer-fields.js";
import type { ImportedItem, ReadOptions } from "../../formats/history-source.js";
import { type InteractionField, interactionFields } from "../../formats/interaction-fields.js";
import { type FileReading, openHistories } from "../../formats/open-histories.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, elapsedSeconds, withAgent, writeJson } from "../cli-context.js";
import { answersText, answerWarnings } from "../output/answer-kinds.js";
import { counted } from "../output/figures.js";
import { printable, printableLine } from "../output/printable.js";
import { createProgressBar } from "../output/progress-bar.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

interface ImportCommandOptions extends ServerOption {
  readonly data?: string;
  readonly archive?: string;
  readonly users?: readonly string[];
  readonly limitUsers?: number;
  readonly asUser?: string;
  readonly foreign?: true;
  readonly column?: readonly string[];
  readonly question?: string;
  readonly options?: string;
  readonly scale?: string;
  readonly dryRun?: true;
  readonly profile: boolean;
  readonly profileTokens?: number;
}

type Imported = VerbOutput<"import">;

/** Users, and left-out entries, that a person is shown one by one; `--json` has them all. */
const [shownUsers, shownSkipped] = [10, 10];
const previewLength = 200;

export async function runImport(
  options: ImportCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { data, archive, url, dryRun } = options;
  if (dryRun && data !== undefined) {
    const { signal } = context;
    const wanted = { reading: readingOf(options), signal, ...chosenFrom(options) };
    const preview = await previewHistories(data, wanted);
    if (context.json) writeJson(context, previewJson(preview));
    else writePreview(context, preview);
    return;
  }
  let degraded: readonly string[] = [];
  const hooks = { onDegraded: (kinds: readonly string[]) => (degraded = kinds) };
  const result =
    data === undefined
      ? await importArchive(archive ?? "", context, url, hooks)
      : await importFile(data, options, context, hooks);
  if (context.json) writeJson(context, result);
  else writeReport(context, result);
  if (degraded.length > 0)
    context.stderr.write(
      `persona-agent: everything is stored; the index is not complete yet (${degraded.join(", ")}) and will catch up by itself.\n`,
    );
}

async function importArchive(
  file: string,
  context: CommandContext,
  url: string | undefined,
  hooks: VerbHooks,
): Promise<Imported> {
  const archive = (await readArchive(file)) as VerbInput<"import">["archive"];
  return withVerbs(context, { url }, (call) => call("import", { archive }, hooks), {
    mustExist: false,
  });
}

/** @throws {PersonaAgentError} `config-file-invalid` */
async function readArchive(file: string): Promise<unknown> {
  let reason = "it is not JSON";
  try {
    const archive: unknown = JSON.parse(await readFile(file, "utf8"));
    const { error } = userArchiveSchema.safeParse(archive);
    const [issue] = error?.issues ?? [];
    if (issue === undefined) return archive;
    reason = `${issue.path.join(".")}: ${issue.message}`;
  } catch (error) {
    if (error instanceof Error && "code" in error) reason = String(error.code);
  }
  throw new PersonaAgentError(
    "config-file-invalid",
    `${file} is no archive that can be read (${reason}); expected what \`export\` wrote. Check the path, or export again.`,
  );
}

async function importFile(
  data: string,
  given: ImportCommandOptions,
  context: CommandContext,
  hooks: VerbHooks,
): Promise<Imported> {
  const { users, profile: profiles, url, profileTokens } = given;
  const start = performance.now();
  const { signal } = context;
  const reading = readingOf(given);
  const bar = createProgressBar(context.stderr);
  const chosen = chosenFrom(given);
  try {
    if (url === undefined) {
      const progress = bar.update;
      const options = { reading, profiles, signal, progress, profileTokens, ...chosen };
      const result = await importHistories(data, (work) => withAgent(context, work), options);
      return showImport(result, elapsedSeconds(start), hooks);
    }
    const { items, skipped } = await readItems(data, reading, chosen, signal);
    const input = { items, profiles, profileTokens, ...(users && { users: [...users] }) };
    const onProgress = (event: VerbProgress) => {
      if (event.kind === "imported") bar.update(event.part, event.done, event.total);
    };
    const result = await withVerbs(context, { url }, (call) =>
      call("import", input, { ...hooks, signal, onProgress }),
    );
    return {
      ...result,
      skipped: [...skipped, ...result.skipped],
      seconds: elapsedSeconds(start),
    };
  } finally {
    bar.stop();
  }
}

/** The interactions of a file or folder, to be sent: everything is read before anything is written. */
async function readItems(
  path: string,
  reading: FileReading,
  options: ReadOptions,
  signal: AbortSignal,
) {
  const source = await openHistories(path, reading);
  const items: Record<string, unknown>[] = [];
  const skipped: Imported["skipped"] = [];
  for await (const entry of source.read(options)) {
    signal.throwIfAborted();
    if (entry.ok) items.push(itemToSend(entry.user, entry.item));
    else skipped.push({ line: entry.line, reason: entry.reason });
  }
  return { items, skipped };
}

/** As a line of a JSONL file. A day stands for what was as precise as a day, a month or a year. */
function itemToSend(user: string, { itemId: id, at, coarse, ...item }: ImportedItem) {
  return { user, ...item, id, at: coarse && at !== null ? at.slice(0, 10) : at };
}

function chosenFrom({ users, limitUsers }: ImportCommandOptions): ReadOptions {
  return { ...(users && { users: new Set(users) }), limitUsers };
}

/** A dry run as `--json` prints it. This shape is a contract. */
function previewJson(preview: ImportPreview) {
  return { ...showSurvey(preview), first: preview.first };
}

/** @throws {PersonaAgentError} `config-invalid`, `config-user-invalid` */
function readingOf({
  asUser,
  column = [],
  question,
  options,
  scale,
  foreign,
}: ImportCommandOptions): FileReading {
  const answers = readAnswerFields(options, scale);
  if (typeof answers === "string") throw optionInvalid(`--${answers}.`);
  const columns = new Map(column.map(parseColumn));
  return {
    ...(asUser !== undefined && { user: parseUserId(asUser) }),
    ...((options ?? scale) !== undefined && { answers }),
    ...(foreign && { foreign }),
    ...((columns.size > 0 || question !== undefined) && {
      csv: { columns, question: question ?? null },
    }),
  };
}

function parseColumn(text: string): readonly [InteractionField, string] {
  const [name = "", column = ""] = text.split(/=(.*)/s);
  const field = interactionFields.find((each) => each === name.trim());
  if (field !== undefined && column.trim() !== "") return [field, column];
  throw optionInvalid(
    `--column is ${JSON.stringify(text.slice(0, 60))}; expected a field and the column that has it, such as answer=rating. The fields are ${interactionFields.join(", ")}.`,
  );
}

function optionInvalid(message: string) {
  return new PersonaAgentError("config-invalid", message);
}

function writeReport({ stdout }: CommandContext, imported: Imported): void {
  const { userIds: users, episodes, usage, seconds } = imported;
  const { calls, tokens } = usage;
  const { colors, write } = terminalOf(stdout);
  const cost =
    calls === 0
      ? "no model call"
      : `${counted(calls, "model call")}, ${tokens.in} tokens in, ${tokens.out} out`;
  write(
    `${colors.green("✓")} ${counted(episodes, "episode")} of ${counted(users.length, "user")} in memory ${colors.dim(`(${cost}, ${seconds.toFixed(1)} s)`)}`,
  );
  writeSurvey(stdout, imported);
}

function writePreview({ stdout }: CommandContext, { first, ...survey }: ImportPreview): void {
  const { colors, write } = terminalOf(stdout);
  const { users, episodes } = survey;
  write(`${counted(episodes, "episode")} of ${counted(users.length, "user")}; nothing was written`);
  writeSurvey(stdout, showSurvey(survey));
  write(`The first ${first.length === 1 ? "one" : first.length}, as asked in an alignment:`);
  for (const { user, at, question, answer, kind } of first) {
    const asked = printable(question).trim().split("\n");
    const [begin = "", ...rest] = asked.map((line) => printableLine(line, previewLength));
    const day = at === null ? "" : ` ${at.slice(0, 10)}`;
    write(`  ${begin}`);
    for (const line of rest) write(`  ${line}`);
    const given = answer === null ? "" : `→ ${printableLine(answer, previewLength)} `;
    write(colors.dim(`    ${given}(${kind}; ${printableLine(user, 40)}${day})`));
  }
}

function writeSurvey(
  stdout: CommandContext["stdout"],
  {
    userIds: users,
    episodes,
    undated,
    skipped,
    answers,
    unread,
  }: Pick<Imported, "userIds" | "episodes" | "undated" | "skipped" | "answers" | "unread">,
): void {
  const { colors, write } = terminalOf(stdout);
  write(`  ${namesOf(users)}`);
  const kinds = answersText(answers);
  if (kinds !== "") write(`  ${kinds}`);
  if (undated > 0 && undated === episodes) write("  No date: the order of the data counts");
  else if (undated > 0)
    write(`  ${undated} without a date: they count as the oldest, in the order of the data`);
  for (const warning of answerWarnings(answers)) write(`${colors.yellow("!")} ${warning}`);
  if (unread.length > 0)
    write(`  Nothing reads ${unread.map((key) => printableLine(key, 40)).join(", ")}.`);
  if (skipped.length === 0) return;
  write(`${colors.yellow("!")} ${counted(skipped.length, "entry was", "entries were")} left out:`);
  for (const { line, reason } of skipped.slice(0, shownSkipped))
    write(`  ${colors.dim(line === 0 ? "–" : `line ${line}`)} ${printable(reason)}`);
  const more = skipped.length - shownSkipped;
  if (more > 0) write(colors.dim(`  and ${more} more; --json names them all`));
}

function namesOf(users: readonly string[]): string {
  const names = users.slice(0, shownUsers).map((user) => printableLine(user, 40));
  const more = users.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more; --json names them all` : ""}`;
}
