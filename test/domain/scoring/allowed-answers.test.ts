import { describe, expect, it } from "vitest";
import { allowedAnswers } from "../../../src/domain/scoring/allowed-answers.js";

describe("a scale in plain words", () => {
  it.each([
    ["How many stars from 1 to 5 do I give Heat?", "4", 1, 5],
    ["How many stars from 1 to 5 do I give Heat?", "4 stars", 1, 5],
    ["How many stars from 1 to 5 do I give Heat?", "4/5", 1, 5],
    ["How many stars (1-5) do I give Heat?", "3", 1, 5],
    ["How many stars do I give Heat (1–5)?", "3", 1, 5],
    ["How many stars do I give Heat, 1 to 5?", "3", 1, 5],
    ["How many stars out of 5 do I give Heat?", "3.5", 1, 5],
    ["How many stars out of 5 do I give Heat?", "0", 0, 5],
    ["Heat: 1-5 stars", "2", 1, 5],
    ["Rate Heat from 0.5 to 5.", "4.5", 0.5, 5],
    ["Rate the film Heat between 1 and 10.", "8", 1, 10],
    ["On a scale of 1 to 10, how spicy do I want it?", "7", 1, 10],
    ["On a scale from 1 (mild) to 5 (hot), how spicy do I want it?", "4", 1, 5],
    ["How much do I like jazz? Answer with a number from 0 to 100.", "85", 0, 100],
    ["How much do I like jazz? (0-10)", "6", 0, 10],
    ["How do I feel about rain, on a scale of -3 to 3?", "-2", -3, 3],
    ["What is my rating, 1..5, of this hotel?", "5", 1, 5],
    ["Give the meal a score between 1 and 5.", "5", 1, 5],
    ["Wie viele Sterne von 1 bis 5 gebe ich Heat?", "4", 1, 5],
    ["Wie viele Sterne gebe ich Heat (1 bis 5)?", "4", 1, 5],
    ["Bewerte Heat auf einer Skala von 1 bis 10.", "9", 1, 10],
    ["Heat: 1-5 Sterne", "2", 1, 5],
    ["Combien d'étoiles de 1 à 5 est-ce que je donne à Heat ?", "4", 1, 5],
    ["Note Heat de 0 à 20.", "15", 0, 20],
    ["Sur une échelle de 1 à 10, à quel point est-ce que j'aime le jazz ?", "7", 1, 10],
    ["¿Cuántas estrellas de 1 a 5 le doy a Heat?", "4", 1, 5],
    ["Puntúa Heat del 1 al 10.", "8", 1, 10],
    ["En una escala del 1 al 10, ¿cuánto me gusta el jazz?", "7", 1, 10],
    ["Answer with one of: 1, 2, 3, 4, 5. How do I like Heat?", "4", 1, 5],
    ["How do I like Heat? Just answer with 1, 2, 3, 4, or 5.", "2", 1, 5],
    ["How do I like Heat? (1/2/3/4/5)", "2", 1, 5],
  ])("is read: %s → %s", (question, answer, least, most) => {
    expect(allowedAnswers(question, answer)).toMatchObject({
      kind: "rating",
      scale: { least, most },
    });
  });

  it.each([
    // The true answer is no number of the scale.
    ["How many stars from 1 to 5 do I give Heat?", "9"],
    [
      "How many stars from 1 to 5 do I give Heat?",
      "It was long, 4 stars for the first of its 3 hours.",
    ],
    ["How many stars from 1 to 5 do I give Heat?", "none"],
    // A range that is no scale.
    ["In which year between 1914 and 1918 was it built?", "1916"],
    ["When did I work from 9 to 5, and how many coffees was that?", "6"],
    ["Read chapters 1-5. How many people are in it?", "3"],
    ["How many meetings do I have between 2 and 4 pm?", "3"],
    ["We lost 1-5. How many goals did I bet on?", "4"],
    ["How many coffees do I drink from Monday to Friday?", "3"],
    ["How many of the 3-5 year olds do I teach?", "4"],
    ["How long is the route from gate 1 to gate 5?", "3"],
    ["What do I think of the 0-60 mph time?", "5"],
    ["My number is 555-1-5-22, what is its third digit?", "5"],
    // A title.
    ["How many stars do I give “From 0 to 5”?", "4"],
    ['How do I rate "1 to 3"?', "2"],
    ["How many cups?", "4"],
  ])("is not seen in: %s → %s", (question, answer) => {
    expect(allowedAnswers(question, answer)).toBeNull();
  });
});

describe("options in plain words", () => {
  it.each([
    ["What film? Answer with one of: comedy, documentary, drama, thriller.", "drama"],
    [
      "What film? Answer with one of these genres: comedy, science fiction, drama",
      "science fiction",
    ],
    ["Choose between tea, coffee and water.", "water"],
    ["Choose between a, b and c for dinner.", "c"],
    ["Pick one: red, green or blue", "Green"],
    ["Do I want either tea or coffee?", "tea"],
    ["Do I want either tea or coffee in the morning?", "coffee"],
    ["Do I want either tea or coffee in the morning?", "tea"],
    ["Do I prefer the mountains or the sea?", "the sea"],
    ["Do I prefer the mountains or the sea?", "mountains"],
    ["Would I rather go out or stay at home tonight?", "stay at home"],
    ["Tea or coffee?", "coffee"],
    ["Which do I prefer, tea or coffee?", "tea"],
    ["What do I like better: tea or coffee?", "tea"],
    ["Do I live close to a beach or mountains?", "beach"],
    ["What do I drink: tea, coffee, or juice?", "juice"],
    ["What do I drink: tea, coffee, or juice?", "tea"],
    ["On Fridays, pizza or pasta?", "pizza"],
    ["Do I like jazz? (yes/no)", "yes"],
    ["Do I like jazz? (Yes / No / Sometimes)", "sometimes"],
    ["Do I like jazz? yes/no", "No."],
    ["Do I like jazz (yes or no)?", "yes"],
    ["Do I like jazz? Answer yes or no.", "yes"],
    ['Do I like jazz? Answer with "yes" or "no".', "no"],
    ["True or false: I eat meat.", "false"],
    ["What do I drink? [tea | coffee | water]", "water"],
    ["What do I drink (tea, coffee, water)?", "coffee"],
    ["What do I drink?\n- tea\n- coffee with milk\n- water", "coffee with milk"],
    ["What do I drink? A) tea B) coffee C) water", "B"],
    ["What do I drink? A) tea B) coffee C) water", "coffee"],
    ["What do I drink?\na) tea\nb) coffee", "tea"],
    ["Messi or Ronaldo: who is better?", "Messi"],
    ["Mag ich Jazz? (ja/nein)", "nein"],
    ["Trinke ich lieber Tee oder Kaffee?", "Kaffee"],
    ["Trinke ich entweder Tee oder Kaffee?", "Tee"],
    [
      "Was trinke ich? Antworte mit einer der folgenden Möglichkeiten: Tee, Kaffee oder Wasser.",
      "Wasser",
    ],
    ["Wähle zwischen Tee, Kaffee und Wasser.", "Tee"],
    ["Est-ce que j'aime le jazz ? (oui/non)", "oui"],
    ["Est-ce que je préfère le thé ou le café ?", "le café"],
    ["Choisis entre thé, café et eau.", "eau"],
    ["Réponds par oui ou non : est-ce que j'aime le jazz ?", "non"],
    ["¿Me gusta el jazz? (sí/no)", "sí"],
    ["¿Prefiero té o café?", "té"],
    ["Elige entre té, café y agua.", "café"],
    ["¿Qué bebo? Responde con una de las siguientes opciones: té, café o agua.", "agua"],
  ])("are read: %s → %s", (question, answer) => {
    expect(allowedAnswers(question, answer)?.kind).toBe("choice");
  });

  it.each([
    // No option is the true answer.
    ["Tea or coffee?", "juice"],
    ["Do I like jazz? (yes/no)", "only on Sundays"],
    // Nothing is listed.
    ["Do I like jazz?", "yes"],
    ["Which film on Friday?", "The one with the heist."],
    ["What do I never eat?", "mushrooms"],
    // Examples, and what is left out.
    ["Which kind of film, such as comedy or drama, do I like?", "comedy"],
    ["What do I like (e.g. jazz, blues, rock)?", "jazz"],
    ["What do I drink other than tea or coffee?", "coffee"],
    ["Which do I like more than tea or coffee?", "coffee"],
    ["I eat neither nuts or shellfish. What am I allergic to?", "shellfish"],
    ["Welche Filme mag ich, wie etwa Krimi oder Drama?", "Krimi"],
    ["Quels films, par exemple comédie ou drame, j'aime ?", "drame"],
    ["¿Qué bebo, por ejemplo té o café?", "té"],
    // Anything of a kind.
    ["What dishes or restaurants do I like?", "dishes"],
    ["Can you suggest any tools or techniques?", "tools"],
    ["Why did I choose to use wool and felt?", "felt"],
    ["What is one of my favourite shows, as I said on May 5, 2023?", "2023"],
    // Told, not asked.
    ["I prefer flats or small houses. Where do I live?", "flats"],
    ["I ate apples, pears and plums. What do I like most?", "plums"],
    ["I went to Rome or Milan. Where did I stay?", "Rome"],
    ["Where did I grow up (Paris, Texas)?", "Texas"],
    ["How fast is it (km/h)?", "80"],
    ["Do I like it or not?", "not"],
    ["Is there a bar or something?", "something"],
    ["Is he/she coming?", "she"],
    ["Do I want tea or coffee in the morning?", "morning"],
    ["My and/or list: what is on it?", "or"],
    ["", "yes"],
    ["Tea or coffee?", ""],
  ])("are not seen in: %s → %s", (question, answer) => {
    expect(allowedAnswers(question, answer)).toBeNull();
  });

  it("are read in a long text at its beginning and its end only, and quickly", () => {
    const article = "He said it was tea or coffee, on a scale of sorts, (yes/no). ".repeat(3_000);
    expect(allowedAnswers(`Is this about sports? (yes/no)\n${article}`, "no")?.kind).toBe("choice");
    expect(allowedAnswers(`${article}\nIs this sports? (yes/no)`, "no")?.kind).toBe("choice");
    for (const hostile of [
      "(a, ".repeat(50_000),
      "choose between ".repeat(10_000),
      "1-".repeat(50_000),
    ])
      expect(allowedAnswers(hostile, "b")).toBeNull();
  });
});
