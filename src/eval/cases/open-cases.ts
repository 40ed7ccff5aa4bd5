import { createHash } from "node:crypto";
import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import type { EvalCase, EvalQuestion } from "../eval-case.js";
import type { EvalSet, EvalUser } from "../sets/eval-set.js";
import { askedTexts, lampItem } from "../../formats/lamp-item.js";
import type { ProfileItem } from "../../formats/profile-item.js";
import { createTimeline } from "../../formats/import-timeline.js";

/** Questions of one user that have the same profile. */
interface Group {
  readonly profile: readonly ProfileItem[];
  readonly questions: EvalQuestion[];
}

/** A user of whose questions some were read; `left` are still to come. */
interface Begun {
  left: number;
  readonly groups: Map<string, Group>;
}

/** Memory is of one case and of nobody else; under this id whatever the set calls the user, as it may call them anything. */
export const caseUser = "user";

/**
 * The cases of these users, each as soon as the last of the user's questions was read. Held at one time are the users
 * of whose questions some were read and some not: one, where a file keeps a user's questions together.
 *
 * A history is made of the profile as `import` makes it, without items that have no text, come twice, or give away the
 * answer of one of the case's questions, being what it asks about. Of those the import leaves out ones without an answer
 * too; LaMP has them in its profiles, where a paper may stand among its author's.
 *
 * @param users - As `selectUsers` gives them, with the questions that are asked.
 * @param historyLimit - Cold start: only the latest so many interactions; all unless given.
 */
export async function* readCases(
  set: EvalSet,
  users: readonly EvalUser[],
  historyLimit = Number.POSITIVE_INFINITY,
): AsyncGenerator<EvalCase> {
  const wanted = new Set(users.flatMap(({ questionIds }) => questionIds));
  const counts = new Map(users.map(({ user, questionIds }) => [user, questionIds.length]));
  const begun = new Map<string, Begun>();
  for await (const { user, question, profile } of set.read(wanted)) {
    const mine = begun.get(user) ?? { left: counts.get(user) ?? 0, groups: new Map() };
    begun.set(user, mine);
    const content = createHash("sha256").update(JSON.stringify(profile)).digest("hex");
    const group = mine.groups.get(content) ?? { profile, questions: [] };
    mine.groups.set(content, group);
    group.questions.push(question);
    mine.left -= 1;
    if (mine.left > 0) continue;
    begun.delete(user);
    const groups = [...mine.groups.values()];
    for (const { questions, profile: items } of groups)
      yield {
        set: set.name,
        task: set.task,
        user,
        id: groups.length === 1 ? user : `${user}/${questions[0]?.id ?? ""}`,
        labels: set.labels,
        history: latestOf(historyOf(items, questions, set), historyLimit),
        questions,
      };
  }
}

/** The latest `count` interactions of a history that is oldest first. */
export function latestOf(history: readonly Episode[], count: number): readonly Episode[] {
  return history.slice(Math.max(0, history.length - count));
}

function historyOf(
  profile: readonly ProfileItem[],
  questions: readonly EvalQuestion[],
  { task, labels }: Pick<EvalSet, "task" | "labels">,
): Episode[] {
  const inputs = questions.map(({ input }) => input);
  const own = inputs.map(parseQuestion).find((question) => question.task === task);
  const isAsked = askedTexts(inputs);
  const toEpisode = createTimeline();
  return profile
    .flatMap((item) => {
      const read = lampItem(item, { task, options: own?.options ?? labels });
      if ("fault" in read) return [];
      if (read.item.answer !== null && isAsked(read.text)) return [];
      return toEpisode(caseUser, read.item) ?? [];
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
