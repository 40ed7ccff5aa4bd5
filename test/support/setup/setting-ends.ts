import { z } from "zod";

/** Settings whose range no number gives. The user is tested with the ids. */
const given: Readonly<Record<string, readonly unknown[]>> = {
  userId: ["ada"],
  timeZone: ["Pacific/Kiritimati", "Etc/GMT+12"],
  language: ["en", "zh-Hant-TW"],
  instructions: ["", "x".repeat(4_000)],
  allowedTools: [[], ["recall_memory"], ["recall_memory", "search_wikipedia"]],
  callerTools: [[], [{ name: "look", description: "", parameters: { type: "object" } }]],
  models: [{}],
};

/** Both ends of the range of each setting: of a number, a choice or a switch as the schema has them, else as given here. */
export function settingEnds(schema: z.ZodObject): [string, unknown][] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") throw new Error(`The setting ${name} has no schema.`);
    const { minimum, maximum, exclusiveMinimum } = property;
    const numbers = [
      minimum ?? (exclusiveMinimum === undefined ? undefined : Number(exclusiveMinimum) + 1e-9),
      maximum ?? (/number|integer/.test(String(property.type)) ? Number.MAX_VALUE : undefined),
    ].filter((end) => end !== undefined);
    const switches = property.type === "boolean" ? [false, true] : [];
    const found = [...numbers, ...switches, ...(property.enum ?? []), ...(given[name] ?? [])];
    if (found.length === 0) throw new Error(`The setting ${name} has no ends; give some here.`);
    return found.map((end): [string, unknown] => [name, end]);
  });
}
