import { Badge, Group } from "@mantine/core";
import type { Result } from "../../api/client.js";

type LogEntry = Result<"log">[number];

const standings: Record<LogEntry["standing"], { readonly word: string; readonly tone: string }> = {
  head: { word: "In use", tone: "good" },
  past: { word: "Was in use", tone: "plain" },
  superseded: { word: "Came too late", tone: "plain" },
  rejected: { word: "Rejected", tone: "bad" },
  kept: { word: "Nothing to change", tone: "plain" },
  refused: { word: "No line passed the checks", tone: "plain" },
  "no update": { word: "No change proposed", tone: "plain" },
  "not started": { word: "Too few answers", tone: "plain" },
};

const trials: Record<
  NonNullable<LogEntry["trial"]>,
  { readonly word: string; readonly tone: string }
> = {
  confirmed: { word: "Confirmed on later answers", tone: "good" },
  "taken-back": { word: "Taken back", tone: "bad" },
  "on-trial": { word: "On trial", tone: "warn" },
};

/** Whether a version was taken, and what became of it. */
export function Standing({ entry }: { readonly entry: LogEntry }) {
  return (
    <Group gap={6}>
      <Mark {...standings[entry.standing]} />
      {entry.trial !== null && <Mark {...trials[entry.trial]} />}
      {entry.promising && <Mark word="Is tried again" tone="warn" />}
      {entry.rollback !== null && <Mark word="Rolled back by itself" tone="warn" />}
    </Group>
  );
}

export function Mark({ word, tone }: { readonly word: string; readonly tone: string }) {
  const color = tone === "plain" ? "var(--mantine-color-dimmed)" : `var(--console-${tone})`;
  return (
    <Badge
      variant="outline"
      tt="none"
      fw={600}
      styles={{ root: { color, borderColor: color, background: "transparent" } }}
    >
      {word}
    </Badge>
  );
}

/** What a version is called. */
export function nameOf({ version, standing }: LogEntry): string {
  if (version !== null) return `Version ${version}`;
  if (standing === "rejected" || standing === "superseded") return "A candidate";
  return "An attempt";
}
