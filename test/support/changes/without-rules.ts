import { profileJudgement } from "../../../src/prompts/learning/profile.js";

/** Whatever tells a prompt's reader what changed: marks on what is shown, and rules in words. */
export const marks = [
  / newer="[^".]+"/g,
  / newer="\.\.\." names [^\n]*/g,
  /(?<=<\/?)rejected_(?=response>)/g,
] as const;
export const rules = [
  /^\d+\. (?:People change|What the user did or wanted as an exception|What was said of another person|Do not use or mention).*\n/gm,
  /^- (?:Correct what the new items contradict|Where something holds in place).*\n/gm,
  profileJudgement,
] as const;
type Part = (typeof marks | typeof rules)[number];

/** A view of prompts in which these parts are missing; `used` are those that were there to take out. */
export function without(parts: readonly Part[]) {
  const used = new Set<Part>();
  const sees = (prompt: string) => {
    let seen = prompt;
    for (const part of parts) {
      const left = seen.replaceAll(part, "");
      if (left !== seen) used.add(part);
      seen = left;
    }
    return seen;
  };
  return { sees, used };
}
