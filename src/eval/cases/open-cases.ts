import { createHash } from "node:crypto";
import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import type { EvalCase, EvalQuestion } from "../eval-case.js";
import type { EvalSet, EvalUser, LampEvalSet } from "../sets/eval-set.js";
import { askedTexts, lampItem } from "../../formats/lamp-item.js";
import type { ProfileItem } from "../../formats/profile-item.js";
import { createTimeline } from "../../formats/import-timeline.js";
import { latestOf } from "./case-history.js";
import { caseUser } from "./case-user.js";
import { prefEvalCases } from "./prefeval-cases.js";

/** Questions of one user that have the same profile. */
interface Group {
  readonly profile: readonly ProfileItem[];
  readonly questions: EvalQuestion[];
}

/** A user some of whose questions were read; `left` more follow. */
interface OpenUser {
  left: number;
  readonly groups: Map<string, Group>;
}

/**
 * The cases of these users, each as soon as the last of the user's questions was read. Memory holds the users with
 * questions still to read: one, where a file keeps a user's questions together.
 *
 * The history is the profile as `import` makes it, without items that have no text, come twice, or give away the answer of
 * one of the case's questions, because they are what it asks about. Unlike the import it keeps such items without an
 * answer: in LaMP's profiles the paper of a question may be among its author's.
 *
 * @param users - As `selectUsers` gives them, with the questions that are asked.
 * @param historyLimit - Cold start: only this many latest interactions; all unless given.
 */
export async function* readCases(
  set: EvalSet,
  users: readonly EvalUser[],
  historyLimit = Number.POSITIVE_INFINITY,
): AsyncGenerator<EvalCase> {
  const wanted = new Set(users.flatMap(({ questionIds }) => questionIds));
  if (set.task === "PrefEval") {
    yield* prefEvalCases(set, wanted);
    return;
  }
  const counts = new Map(users.map(({ user, questionIds }) => [user, questionIds.length]));
  const open = new Map<string, OpenUser>();
  for await (const { user, question, profile } of set.read(wanted)) {
    const mine = open.get(user) ?? { left: counts.get(user) ?? 0, groups: new Map() };
    open.set(user, mine);
    const content = createHash("sha256").update(JSON.stringify(profile)).digest("hex");
    const group = mine.groups.get(content) ?? { profile, questions: [] };
    mine.groups.set(content, group);
    group.questions.push(question);
    mine.left -= 1;
    if (mine.left > 0) continue;
    open.delete(user);
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

function historyOf(
  profile: readonly ProfileItem[],
  questions: readonly EvalQuestion[],
  { task, labels }: Pick<LampEvalSet, "task" | "labels">,
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
