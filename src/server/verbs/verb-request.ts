import { type VerbName, verbs } from "../../contract/verbs.js";
import { PersonaAgentError } from "../../system/errors.js";

/** A verb's route, with what is read from where. */
export interface VerbRoute {
  readonly name: VerbName;
  readonly method: string;
  /** With `{names}`. */
  readonly path: string;
  /** The fields that stand in the path. */
  readonly inPath: readonly string[];
  /** Whether the other fields are in the query; else they are in the body. */
  readonly usesQuery: boolean;
}

export const verbRoutes: readonly VerbRoute[] = (Object.keys(verbs) as VerbName[]).map((name) => {
  const [method = "", path = ""] = verbs[name].route.split(" ");
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = ""]) => field);
  return { name, method, path, inPath, usesQuery: method === "GET" || method === "DELETE" };
});

/**
 * The input of a verb from the parts of a request. What stands in the path may stand in the body too, if it is the same.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function readInput(
  { name, inPath }: VerbRoute,
  parts: {
    readonly path: Readonly<Record<string, string>>;
    readonly query: Readonly<Record<string, string>>;
    readonly body: Readonly<Record<string, unknown>>;
  },
): Record<string, unknown> {
  const query = Object.entries(parts.query).map(([field, text]) => [
    field,
    isNumber(name, field, text) ? Number(text) : text,
  ]);
  for (const field of inPath) {
    const given = parts.body[field] ?? parts.query[field] ?? parts.path[field];
    if (given !== parts.path[field])
      throw invalid(
        `The path names the ${field} ${JSON.stringify(parts.path[field])}, and the request another; expected one. Leave it out of the request.`,
      );
  }
  return { ...Object.fromEntries(query), ...parts.body, ...parts.path };
}

/** A query is text; a field that takes numbers takes digits for one. */
function isNumber(name: VerbName, field: string, text: string): boolean {
  const schema = verbs[name].input.shape[field as never] as
    | { safeParse(value: unknown): { readonly success: boolean } }
    | undefined;
  // A number that is out of range is one too, and refused as such.
  const takesNumbers = [Number(text), 1].some((number) => schema?.safeParse(number).success);
  return /^\d{1,15}$/.test(text) && takesNumbers;
}

/** @throws {PersonaAgentError} `config-invalid` for a body that is no JSON object. An empty one is `{}`. */
export function parseBody(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid("The body is not JSON; expected an object. Correct it.");
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw invalid("The body is JSON, but no object; expected the fields of the route. Correct it.");
}

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
