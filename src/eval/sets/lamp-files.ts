import type { LampTask } from "../../domain/lamp-question.js";

const lampAddress = "https://ciir.cs.umass.edu/downloads/LaMP";

/** `user`: other people in each split; `time`: the same people, later questions. */
export type LampKind = "user" | "time";
/** The splits whose outputs are published. */
export type PublishedSplit = "dev" | "train";

export const lampTasks: readonly LampTask[] = ["LaMP_1", "LaMP_2M", "LaMP_2N", "LaMP_3"];
export const lampKinds: readonly LampKind[] = ["user", "time"];
export const publishedSplits: readonly PublishedSplit[] = ["dev", "train"];

/** One file of LaMP's, and where it is written. */
export interface LampFile {
  /** The folder that it belongs to: one for each task and kind, as `LaMP_2M-time`. */
  readonly set: string;
  readonly split: PublishedSplit;
  /** As `openEvalSet` looks for it: `dev_questions.json`. */
  readonly name: string;
  readonly url: string;
}

/** The golds and the questions of one split, useful only together; the small file first. */
export type LampPair = readonly [outputs: LampFile, questions: LampFile];

/** What is fetched: the user-based `dev` split of all tasks, unless given. */
export interface LampChoice {
  /** Where the files lie, without a slash at the end; LaMP's own site unless given. */
  readonly from?: string | undefined;
  readonly tasks?: readonly LampTask[];
  readonly kinds?: readonly LampKind[];
  readonly splits?: readonly PublishedSplit[];
}

/** LaMP's files as its site lays them out: `[time/]LaMP_{k}/[new/]{split}/{split}_{questions|outputs}.json`. */
export function lampPairs({
  from = lampAddress,
  tasks = lampTasks,
  kinds = ["user"],
  splits = ["dev"],
}: LampChoice): LampPair[] {
  return kinds.flatMap((kind) =>
    tasks.flatMap((task) =>
      splits.map((split): LampPair => {
        const folder = `${from}${kind === "time" ? "/time" : ""}/${folderOf(task)}/${split}`;
        const file = (part: string): LampFile => {
          const name = `${split}_${part}.json`;
          return { set: `${task}-${kind}`, split, name, url: `${folder}/${name}` };
        };
        return [file("outputs"), file("questions")];
      }),
    ),
  );
}

function folderOf(task: LampTask): string {
  if (task === "LaMP_2M") return "LaMP_2/new";
  return task === "LaMP_2N" ? "LaMP_2" : task;
}
