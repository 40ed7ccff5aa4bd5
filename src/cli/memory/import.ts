import {
  type HistorySurvey,
  importHistories,
  type ImportPreview,
  type ImportResult,
  previewHistories,
} from "../../app/import-histories.js";
import { parseUserId } from "../../domain/user-id.js";
import { readAnswerFields } from "../../formats/answer-fields.js";
import { type InteractionField, interactionFields } from "../../formats/interaction-fields.js";
import type { FileReading } from "../../formats/open-histories.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, elapsedSeconds, withAgent, writeJson } from "../cli-context.js";
import { answersText, answerWarnings } from "../output/answer-kinds.js";
import { counted } from "../output/figures.js";
import { printable, printableLine } from "../output/printable.js";
import { createProgressBar } from "../output/progress-bar.js";
import { terminalOf } from "../output/terminal.js";

interface ImportCommandOptions {
  readonly data: string;
  readonly users?: readonly string[];
  readonly limitUsers?: number;
  readonly asUser?: string;
  readonly column?: readonly string[];
  readonly question?: string;
  readonly options?: string;
  readonly scale?: string;
  readonly dryRun?: true;
  readonly profile: boolean;
  readonly profileTokens?: number;
}

/** Users, and left-out entries, that a person is shown one by one; `--json` has them all. */
const [shownUsers, shownSkipped] = [10, 10];
const previewLength = 200;

export async function runImport(
  options: ImportCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { data, users, profile, limitUsers, profileTokens, dryRun } = options;
  const { signal } = context;
  const wanted = {
    reading: readingOf(options),
    signal,
    ...(users && { users: new Set(users) }),
    ...(limitUsers !== undefined && { limitUsers }),
  };
  if (dryRun) {
    const preview = await previewHistories(data, wanted);
    if (context.json) writeJson(context, previewJson(preview));
    else writePreview(context, preview);
    return;
  }
  const start = performance.now();
  const bar = createProgressBar(context.stderr);
  const result = await importHistories(data, (work) => withAgent(context, work), {
    ...wanted,
    profiles: profile,
    ...(profileTokens !== undefined && { profileTokens }),
    progress: bar.update,
  }).finally(bar.stop);
  const seconds = elapsedSeconds(start);
  if (context.json) writeJson(context, importJson(result, seconds));
  else writeReport(context, result, seconds);
  if (result.degraded.length > 0)
    context.stderr.write(
      `persona-agent: everything is stored; the index is not complete yet (${result.degraded.join(", ")}) and will catch up by itself.\n`,
    );
}

/** An import as `--json` prints it. This shape is a contract. */
function importJson(result: ImportResult, seconds: number) {
  const { calls, tokens } = result.usage;
  return { ...surveyJson(result), calls, tokens, seconds };
}

/** The same of a dry run. */
function previewJson(preview: ImportPreview) {
  return { ...surveyJson(preview), first: preview.first };
}

function surveyJson({ users, episodes, skipped, answers }: HistorySurvey) {
  return { users: users.length, userIds: users, episodes, skipped, answers };
}

/** @throws {PersonaAgentError} `config-invalid`, `config-user-invalid` */
function readingOf({
  asUser,
  column = [],
  question,
  options,
  scale,
}: ImportCommandOptions): FileReading {
  const answers = readAnswerFields(options, scale);
  if (typeof answers === "string") throw optionInvalid(`--${answers}.`);
  const columns = new Map(column.map(parseColumn));
  return {
    ...(asUser !== undefined && { user: parseUserId(asUser) }),
    ...((options ?? scale) !== undefined && { answers }),
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

function writeReport(
  { stdout }: CommandContext,
  { usage, ...survey }: ImportResult,
  seconds: number,
): void {
  const { colors, write } = terminalOf(stdout);
  const { users, episodes } = survey;
  const cost =
    usage.calls === 0
      ? "no model call"
      : `${counted(usage.calls, "model call")}, ${usage.tokens.in} tokens in, ${usage.tokens.out} out`;
  write(
    `${colors.green("✓")} ${counted(episodes, "episode")} of ${counted(users.length, "user")} in memory ${colors.dim(`(${cost}, ${seconds.toFixed(1)} s)`)}`,
  );
  writeSurvey(stdout, survey);
}

function writePreview({ stdout }: CommandContext, { first, ...survey }: ImportPreview): void {
  const { colors, write } = terminalOf(stdout);
  const { users, episodes } = survey;
  write(`${counted(episodes, "episode")} of ${counted(users.length, "user")}; nothing was written`);
  writeSurvey(stdout, survey);
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
  { users, skipped, answers }: HistorySurvey,
): void {
  const { colors, write } = terminalOf(stdout);
  write(`  ${namesOf(users)}`);
  const kinds = answersText(answers);
  if (kinds !== "") write(`  ${kinds}`);
  for (const warning of answerWarnings(answers)) write(`${colors.yellow("!")} ${warning}`);
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
