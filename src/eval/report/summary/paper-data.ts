import type { LampTask } from "../../../domain/lamp-question.js";
import type { SetRecord } from "../../run/run-record.js";

/** Folders of OPPU's release, whose 100 users with the longest histories are probably the paper's. */
const oppuFolders: Readonly<Record<LampTask, string>> = {
  LaMP_1: "citation",
  LaMP_2N: "news_categorize",
  LaMP_2M: "movie_tagging",
  LaMP_3: "product_rating",
};
const oppuUsers = 100;

/** The origin of a set's users: probably the paper's, other users of LaMP's, or none of LaMP's; `none` for another task. */
export interface PaperData {
  readonly kind: "oppu" | "lamp" | "other" | "none";
  /** For the reader. */
  readonly note: string;
}

/**
 * How far a set's numbers compare with the paper's. A run knows only the name of a set's folder, so a set is `other` unless
 * it has the name that OPPU's release or LaMP's own files give it: `movie_tagging` with all its users, or `LaMP_2M`,
 * `LaMP_2M-time` and the like. Other data under such a name is taken for it.
 */
export function paperData({ name, task, users }: SetRecord): PaperData {
  if (task === "PrefEval") return { kind: "none", note: "The paper has no such task." };
  if (name === oppuFolders[task] && users === oppuUsers)
    return {
      kind: "oppu",
      note: "By its name OPPU's release with all 100 users, which are probably the paper's (not confirmed). The paper's numbers are Claude-3.5 Sonnet's.",
    };
  if (name === oppuFolders[task] || new RegExp(`^${task}(?:[-_.].*)?$`, "i").test(name))
    return {
      kind: "lamp",
      note: "By its name LaMP's own data, but not the paper's choice of users: the cells compare only roughly. The paper's numbers are Claude-3.5 Sonnet's.",
    };
  return {
    kind: "other",
    note: "Other data than the paper's: compare the methods with one another, not with the paper's column.",
  };
}

/**
 * The title of a column of the paper's numbers beside a set's own: it says where the cells do not compare. `null` where the
 * paper has no numbers to show.
 */
export function paperTitle(set: SetRecord): string | null {
  const titles = {
    oppu: "#paper",
    lamp: "#paper (other users)",
    other: "#paper (other data)",
    none: null,
  };
  return titles[paperData(set).kind];
}
