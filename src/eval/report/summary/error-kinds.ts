import type { ErrorKind } from "./eval-report.js";

const kindCharacters = 120;
const exampleCharacters = 600;

/** Errors of one arm on one set by kind, the most frequent first. */
export function errorKinds(
  lines: readonly { readonly error: string | null }[],
  place: Pick<ErrorKind, "set" | "method" | "during">,
): ErrorKind[] {
  const kinds = new Map<string, ErrorKind>();
  for (const { error } of lines) {
    if (error === null) continue;
    const kind = kindOf(error);
    const { count = 0, example = cut(error, exampleCharacters) } = kinds.get(kind) ?? {};
    kinds.set(kind, { ...place, kind, count: count + 1, example });
  }
  return [...kinds.values()].toSorted((a, b) => b.count - a.count);
}

/** `model-unavailable` of `model-unavailable: ...`; of any other text its first line, without numbers and quotations. */
function kindOf(error: string): string {
  const code = /^(?:config|model|memory)(?:-[a-z]+)+(?=:|$)/.exec(error)?.[0];
  if (code !== undefined) return code;
  const [line = ""] = error.split("\n", 1);
  return cut(line.replace(/"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?/g, "…"), kindCharacters);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
