import type { ErrorKind } from "./eval-report.js";

const kindCharacters = 120;
const exampleCharacters = 600;

/** Errors of one arm on one set by kind, the most frequent first. */
export function errorKinds(
  errors: readonly (string | null)[],
): Pick<ErrorKind, "kind" | "count" | "example">[] {
  const kinds = new Map<string, { count: number; example: string }>();
  for (const error of errors) {
    if (error === null) continue;
    const kind = kindOf(error);
    const { count = 0, example = cut(error, exampleCharacters) } = kinds.get(kind) ?? {};
    kinds.set(kind, { count: count + 1, example });
  }
  return [...kinds]
    .map(([kind, { count, example }]) => ({ kind, count, example }))
    .toSorted((a, b) => b.count - a.count);
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
