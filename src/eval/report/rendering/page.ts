import type { Block } from "./blocks.js";

/** What is shown, as HTML and as Markdown. Texts are plain and not yet escaped. */
export interface Page {
  readonly title: string;
  /** What was run, in one line under the title. */
  readonly subtitle: string;
  /** In the order of reading. */
  readonly blocks: readonly Block[];
}
