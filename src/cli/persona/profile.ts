import stringWidth from "string-width";
import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import type { Profile, ProfileStatement } from "../../domain/profile.js";
import type { Memory } from "../../memory/memory.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { minuteOf } from "../output/figures.js";
import { oneLine, printableLine, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnownUser, noMemoryOf } from "./known-user.js";

/** Most sources of one statement that a person is shown; `--json` has them all. */
const shownSources = 3;

/** `answer`: the true answer, which a statement may rest on as much as on the question. */
export type Source = Pick<Episode, "id" | "at" | "query"> & {
  readonly answer: Episode["groundTruth"];
};

export async function runProfile(
  { user }: { readonly user: string },
  context: CommandContext,
): Promise<void> {
  const { shown, isKnown } = await withAgent(context, async ({ memory }) => {
    const profile = await memory.profiles.current(user);
    return {
      shown: profile && (await profileJson(profile, user, memory.episodes)),
      isKnown: profile !== null || (await isKnownUser(user, memory)),
    };
  });
  if (context.json) writeJson(context, shown);
  else if (!isKnown) context.stdout.write(`${noMemoryOf(user)}.\n`);
  else if (shown === null)
    context.stdout.write(`No profile of user ${JSON.stringify(user)} was drawn yet.\n`);
  else writeProfile(context, shown);
}

/** A profile as `profile --json` prints it. This shape is a contract. */
export async function profileJson(
  { version, at, statements }: Profile,
  user: string,
  episodes: Pick<Memory["episodes"], "get">,
) {
  const sourced = async ({ text, evidence }: Pick<ProfileStatement, "text" | "evidence">) => {
    const found = await Promise.all(evidence.map((id) => episodes.get(user, id)));
    const sources = found.flatMap((episode): Source[] =>
      episode === null ? [] : [sourceOf(episode)],
    );
    return { text, sources };
  };
  return {
    version,
    at,
    statements: await Promise.all(
      statements.map(async (statement) => ({
        ...(await sourced(statement)),
        replaces: await Promise.all(statement.replaces.map(sourced)),
      })),
    ),
  };
}

export function sourceOf({ id, at, query, groundTruth: answer }: Episode): Source {
  return { id, at, query, answer };
}

export type ShownProfile = Awaited<ReturnType<typeof profileJson>>;

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
