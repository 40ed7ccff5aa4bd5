import { isRecord, type JsonRecord } from "../json.js";

export interface PortableSchemaOptions {
  /** For a server's strict mode, in which most bounds are refused; they are checked when an answer is read. */
  readonly strict: boolean;
  /** Further keywords to leave out. */
  readonly without?: ReadonlySet<string>;
}

/** Keywords that say nothing to a model, and that some servers refuse. */
const silent = ["$schema", "$id", "$comment", "$defs", "definitions", "title", "propertyNames"];

/** Keywords that no strict mode needs, and some refuse. */
const bounds = [
  "minLength maxLength pattern format",
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
  "minItems maxItems uniqueItems contains minContains maxContains",
  "minProperties maxProperties patternProperties default examples",
].flatMap((line) => line.split(" "));

const named = ["properties", "patternProperties", "dependentSchemas"];
const listed = ["anyOf", "allOf", "oneOf", "prefixItems"];
const single = ["items", "additionalProperties", "not", "contains", "if", "then", "else"];

/** The same schema in the JSON Schema that every server takes: without references, titles and the bounds of safe integers. */
export function portableSchema(
  schema: unknown,
  { strict, without }: PortableSchemaOptions,
): unknown {
  const left = new Set([...silent, ...(strict ? bounds : []), ...(without ?? [])]);

  function visit(part: unknown, path: readonly string[]): unknown {
    if (!isRecord(part)) return part === true ? {} : part;
    const reference = part["$ref"];
    if (typeof reference === "string") {
      const { $ref: _, ...around } = part;
      // Inside itself a schema is left open, because it would be endless.
      if (path.includes(reference)) return {};
      const target = resolve(schema, reference);
      return visit({ ...(isRecord(target) ? target : {}), ...around }, [...path, reference]);
    }
    const kept = Object.entries(part).filter(
      ([keyword, value]) => !left.has(keyword) && !isSafeIntegerBound(value),
    );
    const visited = Object.fromEntries(
      kept.map(([keyword, value]) => visitKeyword(keyword, value, path)),
    );
    if (strict && isRecord(visited["properties"]) && !left.has("additionalProperties"))
      visited["additionalProperties"] = false;
    return visited;
  }

  function visitKeyword(
    keyword: string,
    value: unknown,
    path: readonly string[],
  ): [string, unknown] {
    if (keyword === "const") return ["enum", [value]];
    if (named.includes(keyword) && isRecord(value)) {
      const entries = Object.entries(value).map(([name, part]) => [name, visit(part, path)]);
      return [keyword, Object.fromEntries(entries)];
    }
    if (listed.includes(keyword) && Array.isArray(value))
      return [keyword === "oneOf" ? "anyOf" : keyword, value.map((part) => visit(part, path))];
    return [keyword, single.includes(keyword) && isRecord(value) ? visit(value, path) : value];
  }

  return visit(schema, []);
}

/** Every keyword that a portable schema uses. */
export function keywordsIn(schema: unknown): Set<string> {
  const found = new Set<string>();
  const collect = (part: unknown) => {
    if (Array.isArray(part)) return part.forEach(collect);
    if (!isRecord(part)) return;
    for (const [keyword, value] of Object.entries(part)) {
      found.add(keyword);
      if (named.includes(keyword)) Object.values(Object(value) as JsonRecord).forEach(collect);
      else if (listed.includes(keyword) || single.includes(keyword)) collect(value);
    }
  };
  collect(schema);
  return found;
}

function resolve(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return {};
  const steps = reference.slice(1).split("/").filter(Boolean);
  return steps.reduce<unknown>((part, step) => {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    return isRecord(part) || Array.isArray(part) ? (part as JsonRecord)[name] : undefined;
  }, root);
}

/** Zod gives them to every integer. */
function isSafeIntegerBound(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) === Number.MAX_SAFE_INTEGER;
}
