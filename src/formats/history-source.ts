import type { ImportedItem } from "./imported-item.js";

/** What a reader yields for each entry of a file, in the file's order. */
export type ReadItem =
  | { readonly ok: true; readonly user: string; readonly item: ImportedItem }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** A file of histories, ready to be read. `read` starts from the beginning each time. */
export interface HistorySource {
  readonly format: "jsonl" | "lamp";
  /** @throws {PersonaAgentError} `config-file-invalid` when a file turns out to be broken on the way. */
  read(options?: ReadOptions): AsyncGenerator<ReadItem>;
}

export interface ReadOptions {
  /** Only these users; everybody unless given. */
  readonly users?: ReadonlySet<string>;
  /** Only the first so many users, in the file's order. */
  readonly limitUsers?: number;
}

/** Lets through the users that `options` ask for; asked about them in the file's order. */
export function createUserFilter({ users, limitUsers = Number.POSITIVE_INFINITY }: ReadOptions) {
  const taken = new Set<string>();
  return (user: string): boolean => {
    if (taken.has(user)) return true;
    if (taken.size >= limitUsers || users?.has(user) === false) return false;
    taken.add(user);
    return true;
  };
}
