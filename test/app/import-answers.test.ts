import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../../src/app/persona-agent.js";
import { askedQuestion } from "../../src/domain/asked-question.js";
import { importHistories } from "../../src/app/import-histories.js";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { mean } from "../../src/domain/scoring/mean.js";
import { scorerFor } from "../../src/domain/scoring/scorer.js";
import { lacksOptions } from "../../src/domain/scoring/answer-kinds.js";
import type { FileReading } from "../../src/formats/open-histories.js";
import type { AlignmentEvent } from "../../src/state/alignment-event.js";
import { createRandom } from "../../src/system/seeded-random.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-answers-"));
});
afterAll(() => rm(folder, { recursive: true }));

const genres: readonly [string, ...string[]] = [
  "heist",
  "romance",
  "space opera",
  "western",
  "courtroom drama",
];
const places: readonly [string, ...string[]] = [
  "harbour",
  "desert",
  "village",
  "castle",
  "newspaper",
  "submarine",
  "opera",
  "farm",
];

interface Rating {
  readonly film: string;
  readonly stars: string;
  readonly at: string;
}

/** Films of five genres, each of which the user mostly gives the same stars. */
function generated(count: number): Rating[] {
  const random = createRandom(13);
  const oneOf = <T>(from: readonly [T, ...T[]]) =>
    from[Math.floor(random() * from.length)] ?? from[0];
  return Array.from({ length: count }, (_, place) => {
    const genre = oneOf(genres);
    const usual = genres.indexOf(genre) + 1;
    const stars = random() < 0.75 ? usual : Math.min(5, Math.max(1, usual + oneOf([-1, 1])));
    return {
      film: `a ${genre} in the ${oneOf(places)} number ${place + 1}`,
      stars: String(stars),
      at: new Date(Date.UTC(2025, 0, 1 + place)).toISOString(),
    };
  });
}

interface ImportedFile {
  readonly name: string;
  readonly content: string | Buffer;
  readonly reading?: FileReading;
}

async function importInto(agent: PersonaAgent, { name, content, reading = {} }: ImportedFile) {
  const path = join(folder, name);
  await writeFile(path, content);
  return importHistories(path, (work) => work(agent), {
    profiles: false,
    signal: new AbortController().signal,
    progress: () => {},
    reading,
  });
}

/** The first alignment of the user, with the offline model. */
async function alignedOn(file: ImportedFile) {
  const agent = createPersonaAgent();
  await importInto(agent, file);
  const events: AlignmentEvent[] = [];
  const settings = { iterations: 1, batch: 2, holdout: 6, minimumItems: 4 };
  await agent.align("ines", { settings, onEvent: (event) => events.push(event) });
  const scores = events.flatMap((event) =>
    event.kind === "item-simulated" && event.persona === "parent" ? [event.score] : [],
  );
  const begun = events.find((event) => event.kind === "alignment-started");
  return { answers: begun?.answers, scores };
}

function jsonl(ratings: readonly Rating[], query: (film: string) => string, more: object = {}) {
  const line = ({ film, stars, at }: Rating) =>
    JSON.stringify({ user: "ines", query: query(film), answer: stars, at, ...more });
  return ratings.map(line).join("\n");
}

const plain = (film: string) => `How many stars do I give ${film}?`;
const oneToFive = { options: null, scale: { least: 1, greatest: 5 } };

const forms: readonly (readonly [string, (ratings: readonly Rating[]) => ImportedFile])[] = [
  [
    "LaMP's sentence",
    (ratings) => ({
      name: "lamp.jsonl",
      content: jsonl(ratings, (film) => lampQuestion("LaMP_3", film)),
    }),
  ],
  [
    "a range in words",
    (ratings) => ({
      name: "range.jsonl",
      content: jsonl(ratings, (film) => `How many stars from 1 to 5 do I give ${film}?`),
    }),
  ],
  [
    "a list in words",
    (ratings) => ({
      name: "list.jsonl",
      content: jsonl(ratings, (film) => `${plain(film)} Answer with one of: 1, 2, 3, 4, 5.`),
    }),
  ],
  [
    "a scale on each line",
    (ratings) => ({
      name: "scale.jsonl",
      content: jsonl(ratings, plain, { scale: { least: 1, greatest: 5 } }),
    }),
  ],
  [
    "options on each line",
    (ratings) => ({
      name: "options.jsonl",
      content: jsonl(ratings, plain, { options: [1, 2, 3, 4, 5] }),
    }),
  ],
  [
    "a scale for the file",
    (ratings) => ({
      name: "file.jsonl",
      content: jsonl(ratings, plain),
      reading: { answers: oneToFive },
    }),
  ],
  [
    "CSV",
    (ratings) => {
      const rows = ratings.map(({ film, stars, at }) => `"${film}";${stars};${at}`);
      const columns = new Map([
        ["answer", "Rating"],
        ["at", "Watched"],
      ] as const);
      return {
        name: "ratings.csv.gz",
        content: gzipSync(`\uFEFFTitle;Rating;Watched\r\n${rows.join("\r\n")}\r\n`),
        reading: {
          user: "ines",
          answers: oneToFive,
          csv: { columns, question: plain("{Title}") },
        },
      };
    },
  ],
];

/** What each possible answer to each imported question scores, oldest question first. */
async function scoresOfAllAnswers(file: ImportedFile) {
  const agent = createPersonaAgent();
  const { answers } = await importInto(agent, file);
  const episodes = await agent.memory.episodes.list("ines", { limit: 200 });
  const scores = episodes.toReversed().map((episode) => {
    const scorer = scorerFor(askedQuestion(episode), episode.groundTruth ?? "");
    return ["1", "2", "3.5", "4 stars", "5/5", "no idea"].map(scorer.score);
  });
  return { answers, scores };
}

describe("the same ratings, however it is said which answers there are", () => {
  const ratings = generated(200);
  const few = ratings.slice(0, 40);

  it("give every answer the same score, by distance", async () => {
    const [first, ...others] = await Promise.all(
      forms.map(async ([, fileOf]) => scoresOfAllAnswers(fileOf(ratings))),
    );
    expect(first?.answers).toMatchObject({ ratings: 200, choices: 0, open: 0, unanswered: 0 });
    expect(first?.scores).toHaveLength(200);
    const oldest = Number(ratings[0]?.stars);
    expect(first?.scores[0]?.[0]).toBe(1 - (oldest - 1) / 4);
    for (const other of others) expect(other).toEqual(first);
  });

  it.each(forms)("are aligned on by distance: %s", async (_, fileOf) => {
    const { answers, scores } = await alignedOn(fileOf(few));
    expect(answers).toMatchObject({ ratings: 8, choices: 0, open: 0 });
    expect(scores).toHaveLength(8);
    for (const score of scores) expect([0, 0.25, 0.5, 0.75, 1]).toContain(score);
    expect(mean(scores)).toBeGreaterThan(0.6);
  });

  it("are open where nothing says it, which is noticed before an alignment", async () => {
    const file = { name: "open.jsonl", content: jsonl(few, plain) };
    const { answers: imported } = await importInto(createPersonaAgent(), file);
    const { answers: aligned, scores } = await alignedOn(file);
    expect(imported).toMatchObject({ ratings: 0, open: 40, unlisted: { count: 40 } });
    expect(lacksOptions(imported)).toBe(true);
    expect(aligned && lacksOptions(aligned)).toBe(true);
    expect(mean(scores)).toBeLessThan(0.2);
  });

  it("are imported again to say it, and nothing else changes", async () => {
    const agent = createPersonaAgent();
    const file = { name: "again.jsonl", content: jsonl(few, plain) };
    await importInto(agent, file);
    const before = await agent.memory.episodes.list("ines");
    await importInto(agent, { ...file, reading: { answers: oneToFive } });
    const after = await agent.memory.episodes.list("ines");
    expect(after).toEqual(before.map((episode) => ({ ...episode, ...oneToFive })));
    await importInto(agent, file);
    expect(await agent.memory.episodes.list("ines")).toEqual(after);
  });
});
