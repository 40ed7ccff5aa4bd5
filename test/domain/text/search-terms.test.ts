import { describe, expect, it } from "vitest";
import { askedTerms, analyzeQuestion, textTerms } from "../../../src/domain/text/search-terms.js";
import { splitWords } from "../../../src/domain/text/split-words.js";

describe("splitWords", () => {
  it("gives letters and digits of any script, folded", () => {
    expect(splitWords("Crème brûlée, don't! x86-64\tНовости")).toEqual([
      "crème",
      "brûlée",
      "don",
      "t",
      "x86",
      "64",
      "новости",
    ]);
    expect(splitWords("Cre\u0300me")).toEqual(splitWords("crème"));
    expect(splitWords("東京の天気")).toContain("東京");
    expect(splitWords("?!")).toEqual([]);
  });
});

describe("terms", () => {
  it.each([
    ["I am allergic to walnuts.", "What allergy do I have to a walnut?"],
    ["Ich habe mit meinen Nachbarn im Garten gesessen.", "Was macht der Nachbar in den Gärten?"],
    ["J'ai déménagé à Lyon.", "Où est-ce que je déménage ?"],
    ["Me gustan las películas de miedo.", "¿Qué película de miedo es la mejor?"],
    ["Мы переехали в новые дома.", "Какой у нас дом?"],
    ["Ho comprato due biglietti per il concerto.", "Quanto costa il biglietto del concerto?"],
  ])("of %j and %j have forms of one word in common", (text, question) => {
    const asked = askedTerms(analyzeQuestion(question)).flat();
    expect(textTerms(text).filter((term) => asked.includes(term))).not.toEqual([]);
  });

  it("have no stop words of their language, and no accents", () => {
    expect(textTerms("Das ist der Hund und die Katze")).toEqual(["hund", "katz"]);
    expect(textTerms("I really like the crème brûlée")).toEqual(["crème", "brûlée"].map(stem));
    expect(textTerms("creme brulee for me")).toEqual(["creme", "brulee"].map(stem));
    expect(textTerms("What do I do?")).toEqual([]);
  });

  it("keep numbers, and words of scripts that have no stemmer", () => {
    expect(textTerms("the code is x86 and 1984")).toEqual(["code", "x86", "1984"]);
    expect(textTerms("東京の天気")).toEqual(splitWords("東京の天気"));
    expect(askedTerms(analyzeQuestion("שלום"))).toEqual([["שלום"]]);
  });
});

const stem = (word: string) => askedTerms(analyzeQuestion(`the ${word}`))[0]?.[0];
