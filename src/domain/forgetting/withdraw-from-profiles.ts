import type { Profile } from "../profile.js";
import { withdrawnAt } from "./withdraw-parts.js";
import type { Withdrawal } from "./withdrawal.js";

/**
 * The profiles without the statements that are withdrawn, and without what such statements said before. Where more was
 * lost than a replaced answer, which the next refresh sees as new, `episodeCount` is 0: the next refresh then draws the
 * profile from all that is left.
 */
export function withdrawFromProfiles(
  profiles: readonly Profile[],
  withdrawals: readonly Withdrawal[],
): Profile[] {
  const replaced = withdrawals.filter(({ what }) => what === "answer-replaced");
  return profiles.map((profile) => {
    const withdrawn = withdrawnAt(profile.at, withdrawals);
    const onlyReplaced = withdrawnAt(profile.at, replaced);
    const statements = profile.statements
      .filter((statement) => !withdrawn.part(statement))
      .map((statement) => ({
        ...statement,
        replaces: statement.replaces.filter((before) => !withdrawn.part(before)),
      }));
    const isIncomplete = profile.statements.some(
      (statement) =>
        withdrawn.isUnsettled(statement) ||
        (withdrawn.part(statement) && !onlyReplaced.part(statement)),
    );
    return { ...profile, statements, ...(isIncomplete && { episodeCount: 0 }) };
  });
}
