import type { UserArchive } from "../../../src/domain/user-archive.js";
import { turnAt } from "../users/episodes.js";

/** The same memory for another user. */
export function archiveOf(archive: UserArchive, user: string): UserArchive {
  return { ...archive, user };
}

/** A user with 5,000 interactions and 200 versions of their persona. */
export function crowdedArchive(archive: UserArchive, user: string): UserArchive {
  const episodes = Array.from({ length: 5_000 }, (_, n) =>
    turnAt(n + 1, `Question ${n + 1}?`, { groundTruth: n % 2 === 0 ? "Yes." : "No." }),
  );
  const learned = archive.personas.find(({ alignment }) => alignment !== null);
  if (learned === undefined) throw new Error("The archive has no version that was learned.");
  let parentId: string | null = "0000000000";
  const personas = Array.from({ length: 200 }, (_, n) => {
    const id = `${learned.id.slice(0, 10)}${String(n).padStart(16, "0")}`;
    const version = { ...learned, id, parentId, version: n + 1 };
    parentId = id;
    return { ...version, at: new Date(Date.parse("2026-01-01") + n * 3_600_000).toISOString() };
  });
  return { ...archive, user, episodes, personas };
}

/** Markup, quotes, marks of direction, and more characters than anybody reads. */
export const hostile = `<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">"'&lt; \u202Eabc\u202C \u05D0\u05D1 ${"long ".repeat(20_000)}`;

/** A user of whom every text is hostile. */
export function hostileArchive(archive: UserArchive, user: string): UserArchive {
  const texts = new Set([
    "query",
    "response",
    "groundTruth",
    "text",
    "reason",
    "paperSystemPrompt",
  ]);
  let number = 0;
  const spoil = (name: string, value: unknown) =>
    texts.has(name) && typeof value === "string" ? `${hostile}${(number += 1)}` : value;
  return JSON.parse(JSON.stringify({ ...archive, user }, spoil)) as UserArchive;
}
