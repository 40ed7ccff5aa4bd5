import type { UserLocale } from "../../domain/locale.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { terminalOf } from "../output/terminal.js";

export interface LocaleOptions {
  readonly user: string;
  /** Empty to remove it. */
  readonly timeZone?: string;
  readonly language?: string;
}

export async function runLocale(
  { user, timeZone, language }: LocaleOptions,
  context: CommandContext,
): Promise<void> {
  const change = {
    ...(timeZone !== undefined && { timeZone: timeZone || null }),
    ...(language !== undefined && { language: language || null }),
  };
  const isChange = Object.keys(change).length > 0;
  const locale = await withAgent(context, ({ memory: { locales } }) =>
    isChange ? locales.set(user, change) : locales.get(user),
  );
  if (context.json) writeJson(context, localeJson(user, locale));
  else writeLocale(context, locale);
}

/** As `locale --json` prints it. This shape is a contract. */
function localeJson(user: string, { timeZone, language }: UserLocale) {
  return { user, timeZone, language };
}

function writeLocale({ stdout }: CommandContext, { timeZone, language }: UserLocale): void {
  const { write } = terminalOf(stdout);
  write(`time zone  ${timeZone ?? "not set: UTC"}`);
  write(`language   ${language ?? "not set: that of the question"}`);
}
