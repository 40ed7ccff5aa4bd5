import { type Command, Option } from "commander";
import { PersonaAgentError } from "../system/errors.js";
import { parseUserId } from "../domain/user-id.js";

/** Adds `--user <id>`, which the command does not run without. */
export function requireUser(command: Command, description: string): Command {
  return command.requiredOption("--user <id>", description, parseUserId);
}

/** Adds `--url <address>`: the command then works through a server. */
export function addUrl(command: Command): Command {
  return command.option(
    "--url <address>",
    "work through a running server (`serve`, `dev`); no data folder is opened",
    parseServerUrl,
  );
}

/** @throws {PersonaAgentError} `config-invalid` */
function parseServerUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, "");
  throw new PersonaAgentError(
    "config-invalid",
    `--url is ${JSON.stringify(url.slice(0, 200))}; expected an address such as http://localhost:2024. Correct it.`,
  );
}

/** `--mode`, for what the paper describes. */
export function modeOption(description: string): Option {
  return new Option("--mode <mode>", description).choices(["default", "paper"]);
}

/** @throws {PersonaAgentError} `config-invalid` for anything but a whole number from `least`. */
export function parseCount(text: string, name: string, least: 0 | 1 = 1): number {
  if (/^(?:0|[1-9]\d{0,8})$/.test(text) && Number(text) >= least) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `${name} is ${JSON.stringify(text.slice(0, 40))}; expected a whole number from ${least}. Correct it or leave it out.`,
  );
}

/** Adds options that count something, by their description. */
export function addCounts(
  command: Command,
  descriptions: Readonly<Record<`--${string}`, string>>,
  least: 0 | 1 = 1,
): Command {
  for (const [name, description] of Object.entries(descriptions))
    command.option(`${name} <count>`, description, (text) => parseCount(text, name, least));
  return command;
}

/** All values of an option that may be given again. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Names separated by commas. */
export function parseNames(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** `--tools`, as the setting `allowedTools`. */
export function toolsOption(): Option {
  return new Option(
    "--tools <names>",
    "only these tools, separated by commas; `none` for a model without tools (default: all)",
  ).argParser(parseTools);
}

/** @throws {PersonaAgentError} `config-invalid` where no name is given. */
function parseTools(text: string): readonly string[] {
  const names = parseNames(text);
  if (names.length > 0) return names.length === 1 && names[0] === "none" ? [] : names;
  throw new PersonaAgentError(
    "config-invalid",
    "--tools is empty; expected names of tools, or `none`. Name some, or leave it out for all.",
  );
}

/** A version's number; anything but digits is a checkpoint's id. Version 0 has the id `0000000000`, which is 0 too. */
export function parseVersion(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
