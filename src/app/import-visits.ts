import { userKey } from "../domain/user-id.js";
import type { Visit, Visits } from "../memory/visits.js";
import { PersonaAgentError } from "../system/errors.js";

/** One visit for each user of an import: whoever is erased meanwhile is left out from then on. */
export interface ImportVisits {
  /** @returns `null` for a user who was erased since the import began with them. */
  within<Result>(user: string, task: () => Promise<Result>): Promise<Result | null>;
  /** Those who were left out. */
  skipped(): { readonly line: 0; readonly reason: string }[];
  end(): void;
}

export function openImportVisits(visits: Pick<Visits, "open"> | undefined): ImportVisits {
  const open = new Map<string, Visit | undefined>();
  const erased = new Set<string>();
  return {
    async within(user, task) {
      if (erased.has(user)) return null;
      const visit = open.get(user) ?? visits?.open(userKey(user));
      open.set(user, visit);
      try {
        return await (visit === undefined ? task() : visit.run(task));
      } catch (error) {
        if (!PersonaAgentError.is(error, "memory-user-erased")) throw error;
        erased.add(user);
        return null;
      }
    },
    skipped: () =>
      [...erased].map((user) => ({
        line: 0,
        reason: `${JSON.stringify(user)} was erased meanwhile`,
      })),
    end() {
      for (const visit of open.values()) visit?.end();
    },
  };
}
