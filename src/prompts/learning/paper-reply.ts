/** What the paper's two prompts end in, and so what a model may repeat before its answer. */
const label = /^\s*(?:\*\*|#+ ?)?(?:feedback|new system prompt)(?:\*\*:?|:(?:\*\*)?|(?=\s*\n))\s*/i;

/**
 * The text of a reply to one of the paper's prompts, without the label, the code fence or the tags that it may have been
 * put in. Empty when there was nothing else.
 */
export function readPaperReply(text: string): string {
  const unlabelled = text.replace(label, "").trim();
  const unfenced = /^(`{3,})[^\n`]*\n([\s\S]*?)\n?\1$/.exec(unlabelled)?.[2] ?? unlabelled;
  return unfenced.replace(/^<(system_prompt|feedback)>([\s\S]*)<\/\1>$/, "$2").trim();
}
