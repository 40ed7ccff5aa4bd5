import { type ChangeHistory, history, said, sentence } from "./history.js";
import { dog, piano, stillDog, stillPiano } from "./unchanged.js";

const once = { isOnce: true };
const home = sentence("Where do I live?", "home");
const drink = sentence("What do I drink in the morning?", "drink");
const dinner = sentence("What do I eat for dinner?", "dinner");
const nothing = { expected: null, language: "en" };

/** The latest sentence is not what holds: an exception, or said of somebody else, or by an assistant. */
export const seemingHistories: readonly ChangeHistory[] = [
  history(
    { kind: "one-off exception", language: "en", expected: "tea", outdated: "cocoa" },
    {
      question: drink,
      turns: [
        said("2025-03-01", "I drink tea in the morning.", "drink: tea"),
        dog,
        said("2026-02-01", "Just this morning I drink cocoa, it is snowing.", "drink: cocoa", once),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "one-off exception", language: "en", expected: "vegetarian", outdated: "steak" },
    {
      question: dinner,
      turns: [
        said("2025-03-01", "I eat vegetarian dinners.", "dinner: vegetarian"),
        piano,
        said("2026-02-01", "Only tonight I eat steak for dinner, a bet.", "dinner: steak", once),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "one-off exception", language: "en", expected: "train", outdated: "taxi" },
    {
      question: sentence("How do I get home?", "way home"),
      turns: [
        said("2025-03-01", "I get home by train.", "way home: train"),
        dog,
        said("2026-02-01", "The strike made me get home by taxi today.", "way home: taxi", once),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "one-off exception", language: "en", expected: "brief", outdated: "long" },
    {
      question: sentence("How should letters of mine be?", "letters"),
      turns: [
        said("2025-03-01", "Letters of mine should be brief.", "letters: brief"),
        piano,
        said("2026-02-01", "For this one, letters may be long.", "letters: long", once),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "one-off exception", language: "de", expected: "Wasser", outdated: "Cola" },
    {
      question: sentence("Was trinke ich zum Essen?", "drink"),
      turns: [
        said("2025-03-01", "Zum Essen trinke ich Wasser.", "drink: Wasser"),
        said("2025-04-01", "Mein Bruder heißt Jonas.", "brother: Jonas"),
        said("2026-02-01", "Nur heute trinke ich Cola zum Essen.", "drink: Cola", once),
      ],
      still: { question: sentence("Wie heißt mein Bruder?", "brother"), expected: "Jonas" },
    },
  ),
  history(
    { kind: "a third person's", language: "en", expected: "Porto", outdated: "Madrid" },
    {
      question: home,
      turns: [
        said("2025-03-01", "I live in Porto.", "home: Porto"),
        dog,
        said("2026-02-01", "My sister moved and lives in Madrid.", "home: Madrid", {
          whose: "sister",
        }),
      ],
      still: {
        question: sentence("Where does my sister live?", "home", { whose: "sister" }),
        expected: "Madrid",
      },
    },
  ),
  history(
    { kind: "a third person's", language: "en", expected: "chess", outdated: "golf" },
    {
      question: sentence("Which game do I play?", "game"),
      turns: [
        said("2025-03-01", "The game that I play is chess.", "game: chess"),
        piano,
        said("2026-02-01", "The game that my boss plays is golf.", "game: golf", { whose: "boss" }),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "a third person's", language: "en", expected: "shellfish", outdated: "gluten" },
    {
      question: sentence("What am I allergic to?", "allergy"),
      turns: [
        said("2025-03-01", "I am allergic to shellfish.", "allergy: shellfish"),
        dog,
        said("2026-02-01", "My son is allergic to gluten.", "allergy: gluten", { whose: "son" }),
      ],
      still: {
        question: sentence("What is my son allergic to?", "allergy", { whose: "son" }),
        expected: "gluten",
      },
    },
  ),
  history(
    { kind: "a third person's", language: "en", expected: "nurse", outdated: "pilot" },
    {
      question: sentence("What is my profession?", "profession"),
      turns: [
        said("2025-03-01", "My profession is nurse.", "profession: nurse"),
        piano,
        said("2026-02-01", "My neighbour's profession is pilot.", "profession: pilot", {
          whose: "neighbour",
        }),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "a third person's", language: "es", expected: "azul", outdated: "rojo" },
    {
      question: sentence("¿Cuál es mi color preferido?", "color"),
      turns: [
        said("2025-03-01", "Mi color preferido es el azul.", "color: azul"),
        said("2025-04-01", "Toco la guitarra.", "instrument: guitarra"),
        said("2026-02-01", "El color preferido de Ana es el rojo.", "color: rojo", {
          whose: "Ana",
        }),
      ],
      still: { question: sentence("¿Qué instrumento toco?", "instrument"), expected: "guitarra" },
    },
  ),
  history(
    { kind: "rejected response", language: "en", expected: "grams", outdated: "ounces" },
    {
      question: sentence("Which unit do I want in recipes?", "unit"),
      turns: [
        dog,
        {
          ...said("2026-02-01", "Give me a recipe for bread in my unit.", "recipe"),
          response: sentence("Take 16 ounces of flour.", "unit: ounces"),
          rejected: sentence("I want grams in recipes.", "unit: grams"),
        },
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "rejected response", ...nothing, outdated: "Frank" },
    {
      question: sentence("How do I sign my mails?", "signature"),
      turns: [
        piano,
        {
          ...said("2026-02-01", "How do I sign my mails?", "signature"),
          response: sentence("You sign your mails with Frank.", "signature: Frank"),
          rejected: sentence("That is wrong.", "verdict: wrong"),
        },
      ],
      still: stillPiano,
    },
  ),
];
