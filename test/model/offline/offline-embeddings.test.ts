import { describe, expect, it } from "vitest";
import { OfflineEmbeddings, similarity } from "../../../src/model/offline/offline-embeddings.js";

const embeddings = new OfflineEmbeddings();

async function near(a: string, b: string): Promise<number> {
  return similarity(await embeddings.embedQuery(a), await embeddings.embedQuery(b));
}

describe("OfflineEmbeddings", () => {
  it("puts texts that share words nearer than texts that do not", async () => {
    const asked = "What should I cook for dinner?";
    const about = await near(asked, "Cooking a quick dinner for two");
    const other = await near(asked, "Which train goes to Lisbon?");
    expect(about).toBeGreaterThan(0.3);
    expect(other).toBeLessThan(0.15);
  });

  it("knows forms of one word by their letters, and accents as none", async () => {
    const forms = await near("gardeners growing roses", "a gardener grows a rose");
    const others = await near("gardeners growing roses", "an engineer fixed a motor");
    expect(forms).toBeGreaterThan(others + 0.15);
    expect(await near("Café", "cafe")).toBeCloseTo(1);
  });

  it("does not let little words make texts alike", async () => {
    expect(await near("the cat of the house", "the price of the ticket")).toBeLessThan(0.2);
  });

  it("gives every text 384 numbers of length 1, whatever it holds", async () => {
    const texts = [
      "plain words",
      "",
      "   ",
      "!?",
      "日本語の文章",
      "🙂",
      "\uD800",
      "x".repeat(50_000),
    ];
    for (const vector of await embeddings.embedDocuments(texts)) {
      expect(vector).toHaveLength(384);
      expect(Math.hypot(...vector)).toBeCloseTo(1);
    }
  });

  it("never changes: stored vectors stay comparable from release to release", async () => {
    const vector = await embeddings.embedQuery("A stable text");
    const places = vector.flatMap((value, place) => (Math.abs(value) > 0.4 ? [place] : []));
    expect(places).toEqual([84, 193]);
  });

  it("works for scripts without spaces", async () => {
    expect(await near("東京の天気", "東京の天気予報")).toBeGreaterThan(
      await near("東京の天気", "音楽の歴史"),
    );
  });
});
