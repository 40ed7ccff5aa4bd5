import { readFileSync } from "node:fs";
import { z } from "zod";
import { verbs } from "../../contract/verbs.js";
import { type VerbRoute, verbRoutes } from "./verb-request.js";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Of `GET /whoami`, which is no verb: only a server has callers. */
const whoCallsShape = z.strictObject({
  signIn: z.boolean(),
  operator: z.boolean(),
  user: z.string().nullable(),
});

const errorShape = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), requestId: z.string() }),
});

/** The routes as an OpenAPI 3.1 document, whose schemas are JSON Schema as zod writes it. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {
    "/whoami": {
      get: {
        operationId: "whoami",
        summary:
          "Says who the caller is: one user, or an operator, and whether callers sign in here.",
        responses: responses({ "application/json": { schema: schemaOf(whoCallsShape, "output") } }),
      },
    },
  };
  for (const route of verbRoutes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "persona-agent",
      version: packageVersion(),
      description:
        "Every verb of the agent. The LangGraph API of the same server is not part of it.",
    },
    paths,
    components: { schemas: { Error: schemaOf(errorShape, "output") } },
  };
}

export function packageVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

function operation({ name, inPath, usesQuery }: VerbRoute): object {
  const { meaning, input, output, progress } = verbs[name];
  const { properties = {}, required = [] } = schemaOf(input, "input");
  const parameters = Object.entries(properties)
    .filter(([field]) => inPath.includes(field) || usesQuery)
    .map(([field, schema]) => ({
      name: field,
      in: inPath.includes(field) ? "path" : "query",
      required: required.includes(field),
      schema,
    }));
  const inBody = Object.entries(properties).filter(
    ([field]) => !usesQuery && !inPath.includes(field),
  );
  const body = {
    type: "object",
    properties: Object.fromEntries(inBody),
    required: required.filter((field) => !inPath.includes(field)),
    additionalProperties: false,
  };
  const result = { "application/json": { schema: schemaOf(output, "output") } };
  return {
    operationId: name,
    summary: meaning,
    ...(parameters.length > 0 && { parameters }),
    ...(inBody.length > 0 && {
      requestBody: {
        required: body.required.length > 0,
        content: { "application/json": { schema: body } },
      },
    }),
    responses:
      progress === null
        ? responses(result)
        : responses(
            { ...result, "text/event-stream": { schema: schemaOf(progress, "output") } },
            "The result; for `Accept: text/event-stream`, events `progress`, each with one of these objects, and then `result` or `error`.",
          ),
  };
}

function responses(content: object, description = "The result."): object {
  return {
    "200": { description, content },
    default: {
      description: "Why not, in one line.",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
