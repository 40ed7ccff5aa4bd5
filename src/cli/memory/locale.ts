import type { VerbOutput } from "../../contract/verbs.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

export interface LocaleOptions extends ServerOption {
  readonly user: string;
  /** Empty to remove it. */
  readonly timeZone?: string;
  readonly language?: string;
}

export async function runLocale(
  { user, timeZone, language, url }: LocaleOptions,
  context: CommandContext,
): Promise<void> {
  const change = {
    ...(timeZone !== undefined && { timeZone: timeZone || null }),
    ...(language !== undefined && { language: language || null }),
  };
  const isChange = Object.keys(change).length > 0;
  const locale = await withVerbs(
    context,
    { url },
    (call) => (isChange ? call("setLocale", { user, ...change }) : call("locale", { user })),
    { mustExist: !isChange },
  );
  if (context.json) writeJson(context, locale);
  else writeLocale(context, locale);
}

function writeLocale(
  { stdout }: CommandContext,
  { timeZone, language }: VerbOutput<"locale">,
): void {
  const { write } = terminalOf(stdout);
  write(`time zone  ${timeZone ?? "not set: UTC"}`);
  write(`language   ${language ?? "not set: that of the question"}`);
}
