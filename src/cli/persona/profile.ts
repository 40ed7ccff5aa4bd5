import stringWidth from "string-width";
import type { VerbOutput } from "../../contract/verbs.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { minuteOf } from "../output/figures.js";
import { oneLine, printableLine, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnown, noMemoryOf, type ServerOption, withVerbs } from "../remote/with-verbs.js";

/** Most sources of one statement that a person is shown; `--json` has them all. */
const shownSources = 3;

type ShownProfile = NonNullable<VerbOutput<"profile">>;
type Source = ShownProfile["statements"][number]["sources"][number];

interface ProfileOptions extends ServerOption {
  readonly user: string;
  readonly statement?: string;
  readonly holds?: string;
}

export async function runProfile(
  { user, url, statement, holds: text }: ProfileOptions,
  context: CommandContext,
): Promise<void> {
  if ((statement === undefined) !== (text === undefined))
    throw new PersonaAgentError(
      "config-invalid",
      "Only one of --statement and --holds was given; expected both, or none. Add the other.",
    );
  const { shown, known } = await withVerbs(context, { url }, async (call) => {
    const profile =
      statement === undefined || text === undefined
        ? await call("profile", { user })
        : await call("restate", { user, statement, text });
    return {
      shown: profile,
      known: profile !== null || context.json || (await isKnown(call, user)),
    };
  });
  if (context.json) writeJson(context, shown);
  else if (!known) context.stdout.write(`${noMemoryOf(user)}.\n`);
  else if (shown === null)
    context.stdout.write(`No profile of user ${JSON.stringify(user)} was drawn yet.\n`);
  else writeProfile(context, shown);
}

function writeProfile({ stdout }: CommandContext, { version, at, statements }: ShownProfile): void {
  const { colors, width, write } = terminalOf(stdout);
  const writeStatement = (text: string, sources: readonly Source[], indent: string) => {
    const [first = "", ...rest] = wrap(oneLine(text), width - indent.length - 2);
    write(`${indent}- ${first}`);
    for (const line of rest) write(`${indent}  ${line}`);
    for (const { id, at: day, query, answer } of sources.slice(-shownSources)) {
      const reply = answer === null ? "" : `  → ${printableLine(answer, 30)}`;
      const left = width - indent.length - 44 - stringWidth(reply);
      const question = printableLine(parseQuestion(query).subject, Math.max(20, left));
      const date = day?.slice(0, 10) ?? "undated   ";
      write(colors.dim(`${indent}    ${id}  ${date}  ${question}${reply}`));
    }
  };
  write(colors.dim(`version ${version}, drawn ${minuteOf(at)} (UTC)`));
  for (const { text, sources, replaces } of statements) {
    writeStatement(text, sources, "");
    for (const before of replaces) writeStatement(`before: ${before.text}`, before.sources, "  ");
  }
}
