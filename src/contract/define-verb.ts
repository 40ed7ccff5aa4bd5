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
  /** Whether it may take its time, and tells meanwhile what happens. */
  readonly isLong: boolean;
}

export function defineVerb<Input extends z.ZodObject, Output extends z.ZodType>({
  isLong = false,
  ...verb
}: Omit<Verb<Input, Output>, "isLong"> & { readonly isLong?: boolean }): Verb<Input, Output> {
  return { ...verb, isLong };
}
