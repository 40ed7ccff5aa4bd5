import type { z } from "zod";

/** One verb, as every door offers it: the library, the command line and HTTP. */
export interface Verb<Input extends z.ZodObject, Output extends z.ZodType> {
  /** What it does, in one line. */
  readonly meaning: string;
  /**
   * Its HTTP route: a method, and a path whose `{names}` are fields of the input. The other fields are in the query of a
   * `GET` or `DELETE`, and in the body of the others.
   */
  readonly route: `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;
  readonly input: Input;
  readonly output: Output;
  /** What a verb that may take its time tells meanwhile, an object for each event; `null` for the others. */
  readonly progress: z.ZodType | null;
  /** Whether a result says that something is down: over HTTP its status is 503 then, as who asks looks at that alone. */
  readonly isDown: (output: z.output<Output>) => boolean;
}

export function defineVerb<Input extends z.ZodObject, Output extends z.ZodType>({
  progress = null,
  isDown = () => false,
  ...verb
}: Omit<Verb<Input, Output>, "progress" | "isDown"> &
  Partial<Pick<Verb<Input, Output>, "progress" | "isDown">>): Verb<Input, Output> {
  return { ...verb, progress, isDown };
}
