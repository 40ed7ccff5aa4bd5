import { storableText } from "./storable-text.js";

/** On one line, cut at a code point, with a mark where something was cut. `maxLength` in UTF-16 units. */
export function truncate(text: string, maxLength: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= maxLength ? line : `${storableText(line, maxLength - 1)}…`;
}
