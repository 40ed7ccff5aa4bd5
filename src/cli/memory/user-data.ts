import { writeFile } from "node:fs/promises";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { ReportedFailure } from "../describe-error.js";
import { counted } from "../output/figures.js";
import { serverThreads } from "../dev/server-config.js";
import { printable } from "../output/printable.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

interface UserOptions extends ServerOption {
  readonly user: string;
}

export async function runUsers({ url }: ServerOption, context: CommandContext): Promise<void> {
  const users = await withVerbs(context, { url }, (call) => call("users", {}));
  if (context.json) return writeJson(context, users);
  if (users.length === 0) context.stdout.write("No user has a memory yet.\n");
  for (const user of users) context.stdout.write(`${printable(user)}\n`);
}

export async function runExport(
  { user, out, url }: UserOptions & { readonly out?: string },
  context: CommandContext,
): Promise<void> {
  const archive = await withVerbs(context, { url }, (call) => call("export", { user }));
  if (out === undefined) return writeJson(context, archive);
  try {
    // Only for its owner: it holds all that a person said.
    await writeFile(out, `${JSON.stringify(archive, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    const { code = "no reason" } = cause as NodeJS.ErrnoException;
    throw new PersonaAgentError(
      "config-file-invalid",
      `${out} cannot be written (${code}); expected the path of a file. Name another with --out.`,
      { cause },
    );
  }
  const { episodes, profiles, personas } = archive;
  const result = {
    out,
    episodes: episodes.length,
    profiles: profiles.length,
    personas: personas.length,
  };
  if (context.json) return writeJson(context, result);
  context.stdout.write(
    `Wrote ${counted(episodes.length, "interaction")}, ${counted(profiles.length, "profile version")} and ${counted(personas.length, "persona version")} of ${JSON.stringify(user)} to ${out}.\n`,
  );
}

/** @throws {ReportedFailure} When something is left, after the result was written. */
export async function runErase({ user, url }: UserOptions, context: CommandContext): Promise<void> {
  const result = await withVerbs(context, { url }, (call) => call("erase", { user }));
  const [erased, left] = [inWords(result.erased), byKind(result.left)];
  if (context.json) writeJson(context, result);
  else {
    const what = erased === "" ? "nothing was there" : erased;
    context.stdout.write(`Erased ${JSON.stringify(user)}: ${what}.\n`);
    context.stdout.write(
      left === "" ? "A scan found nothing left.\n" : `A scan found: ${left}. Run it again.\n`,
    );
    const threads = url === undefined ? serverThreads(context.dataDir) : null;
    if (threads !== null)
      context.stdout.write(
        `Not looked at: threads of the dev server, in ${threads}. While it runs, erase with --url takes them too.\n`,
      );
  }
  if (left !== "") throw new ReportedFailure("Something is left.");
}

const names: Readonly<Record<string, string>> = {
  episodes: "interaction",
  profiles: "profile version",
  personas: "persona version",
  threads: "thread",
  jobs: "job",
  assistants: "assistant",
};

/** `12 interactions, 2 profile versions, 4 other records`. */
function inWords(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts);
  const others = all
    .filter(([kind]) => !(kind in names))
    .reduce((sum, [, count]) => sum + count, 0);
  return [
    ...all.flatMap(([kind, count]) => (kind in names ? counted(count, names[kind] ?? kind) : [])),
    ...(others > 0 ? [counted(others, "other record")] : []),
  ].join(", ");
}

/** `episodes 12, index 1`: what is left is looked for by its kind. */
function byKind(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(", ");
}
