import type { Turn } from "./history.js";

/** Turns of no consequence, so that a history holds more than a prompt shows. */
export const everydayTurns: readonly Turn[] = [
  ["2025-01-04", "Convert 12 miles to kilometres."],
  ["2025-01-19", "Write a haiku on the first frost."],
  ["2025-02-02", "Why is the sky red at sunset?"],
  ["2025-02-08", "Summarise the plot of Hamlet in a line."],
  ["2025-02-15", "Help me to fix a bicycle chain."],
  ["2025-02-20", "Translate 'good luck' to Finnish."],
  ["2025-02-24", "Which planets have rings?"],
  ["2026-09-03", "Draft an invitation to a picnic."],
  ["2026-09-21", "How is yoghurt made?"],
  ["2026-10-05", "List three facts on owls."],
].map(([on = "", text = ""]) => ({ on, text, meaning: null }));
