import { type ChangeHistory, said, sentence } from "./history.js";

const once = { isOnce: true };
const forget = { isForget: true };
const home = sentence("Where do I live?", "home");
const drink = sentence("What do I drink in the morning?", "drink");
const dinner = sentence("What do I eat for dinner?", "dinner");
const address = sentence("What do you know of my old address?", "address");
const dog = said("2025-04-02", "My dog is called Rex.", "dog: Rex");
const stillDog = { question: sentence("What is my dog called?", "dog"), expected: "Rex" };
const piano = said("2025-05-11", "I play the piano on Sundays.", "instrument: piano");
const stillPiano = {
  question: sentence("Which instrument do I play?", "instrument"),
  expected: "piano",
};
const nothing = { expected: null, language: "en" };

/** The latest sentence about something is not what holds, or nothing is to be said of it. */
export const seemingHistories: readonly ChangeHistory[] = [
  {
    ...{ kind: "one-off exception", language: "en", expected: "tea", outdated: "cocoa" },
    question: drink,
    turns: [
      said("2025-03-01", "I drink tea in the morning.", "drink: tea"),
      dog,
      said("2026-02-01", "Just this morning I drink cocoa, it is snowing.", "drink: cocoa", once),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "one-off exception", language: "en", expected: "vegetarian", outdated: "steak" },
    question: dinner,
    turns: [
      said("2025-03-01", "I eat vegetarian dinners.", "dinner: vegetarian"),
      piano,
      said("2026-02-01", "Only tonight I eat steak for dinner, a bet.", "dinner: steak", once),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "one-off exception", language: "en", expected: "train", outdated: "taxi" },
    question: sentence("How do I get home?", "way home"),
    turns: [
      said("2025-03-01", "I get home by train.", "way home: train"),
      dog,
      said("2026-02-01", "The strike made me get home by taxi today.", "way home: taxi", once),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "one-off exception", language: "en", expected: "brief", outdated: "long" },
    question: sentence("How should letters of mine be?", "letters"),
    turns: [
      said("2025-03-01", "Letters of mine should be brief.", "letters: brief"),
      piano,
      said("2026-02-01", "For this one, letters may be long.", "letters: long", once),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "one-off exception", language: "de", expected: "Wasser", outdated: "Cola" },
    question: sentence("Was trinke ich zum Essen?", "drink"),
    turns: [
      said("2025-03-01", "Zum Essen trinke ich Wasser.", "drink: Wasser"),
      said("2025-04-01", "Mein Bruder heißt Jonas.", "brother: Jonas"),
      said("2026-02-01", "Nur heute trinke ich Cola zum Essen.", "drink: Cola", once),
    ],
    still: { question: sentence("Wie heißt mein Bruder?", "brother"), expected: "Jonas" },
  },
  {
    ...{ kind: "forget that", ...nothing, outdated: "Elm Street", question: address },
    turns: [
      said("2025-03-01", "My old address was 4 Elm Street.", "address: Elm Street"),
      dog,
      said("2026-02-01", "Please forget my old address.", "address", forget),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "forget that", ...nothing, outdated: "knee" },
    question: sentence("Do I have any health problem?", "health"),
    turns: [
      said("2025-03-01", "I have a health problem with my knee.", "health: knee"),
      piano,
      said("2026-02-01", "Forget what I said of my health problem.", "health", forget),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "forget that", ...nothing, outdated: "Max" },
    question: sentence("Who is my partner?", "partner"),
    turns: [
      said("2025-03-01", "My partner is Max.", "partner: Max"),
      said("2025-09-01", "Max, my partner, cooks well.", "partner: Max"),
      dog,
      said("2026-02-01", "Please forget everything about my partner.", "partner", forget),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "forget that", ...nothing, outdated: "4500" },
    question: sentence("What is my salary?", "salary"),
    turns: [
      said("2025-03-01", "My salary is 4500 a month.", "salary: 4500"),
      piano,
      said("2026-02-01", "Do not keep my salary in mind, forget it.", "salary", forget),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "forget that", language: "fr", expected: null, outdated: "Nantes" },
    question: sentence("Quelle est mon ancienne adresse ?", "address"),
    turns: [
      said("2025-03-01", "Mon ancienne adresse est à Nantes.", "address: Nantes"),
      said("2025-04-01", "Mon chat s'appelle Minou.", "cat: Minou"),
      said("2026-02-01", "Oublie mon ancienne adresse.", "address", forget),
    ],
    still: { question: sentence("Comment s'appelle mon chat ?", "cat"), expected: "Minou" },
  },
  {
    ...{ kind: "negation", language: "en", expected: "not", outdated: "love jazz" },
    question: sentence("Do I like jazz?", "jazz"),
    turns: [
      said("2025-03-01", "I love jazz.", "jazz: love jazz"),
      dog,
      said("2026-02-01", "I do not love jazz any more.", "jazz: not"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "negation", language: "en", expected: "never", outdated: "smoke a pipe" },
    question: sentence("Do I smoke?", "smoke"),
    turns: [
      said("2025-03-01", "I smoke a pipe.", "smoke: smoke a pipe"),
      piano,
      said("2026-02-01", "I never smoke, I stopped last year.", "smoke: never"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "negation", language: "en", expected: "no car", outdated: "red car" },
    question: sentence("Do I own a car?", "car"),
    turns: [
      said("2025-03-01", "I own a red car.", "car: red car"),
      dog,
      said("2026-02-01", "I own no car now, it was stolen.", "car: no car"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "negation", language: "en", expected: "do again", outdated: "do not" },
    question: sentence("Do I eat fish?", "fish"),
    turns: [
      said("2025-03-01", "I do not eat fish.", "fish: do not"),
      piano,
      said("2026-02-01", "I do again eat fish, my doctor said so.", "fish: do again"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "negation", language: "ja", expected: "飲みません", outdated: "毎日" },
    question: sentence("私はコーヒーを飲みますか？", "coffee"),
    turns: [
      said("2025-03-01", "私はコーヒーを毎日飲みます。", "coffee: 毎日"),
      said("2025-04-01", "私の犬の名前はポチです。", "dog: ポチ"),
      said("2026-02-01", "私はもうコーヒーを飲みません。", "coffee: 飲みません"),
    ],
    still: { question: sentence("私の犬の名前は何ですか？", "dog"), expected: "ポチ" },
  },
  {
    ...{ kind: "a third person's", language: "en", expected: "Porto", outdated: "Madrid" },
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
  {
    ...{ kind: "a third person's", language: "en", expected: "chess", outdated: "golf" },
    question: sentence("Which game do I play?", "game"),
    turns: [
      said("2025-03-01", "The game that I play is chess.", "game: chess"),
      piano,
      said("2026-02-01", "The game that my boss plays is golf.", "game: golf", { whose: "boss" }),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "a third person's", language: "en", expected: "shellfish", outdated: "gluten" },
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
  {
    ...{ kind: "a third person's", language: "en", expected: "nurse", outdated: "pilot" },
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
  {
    ...{ kind: "a third person's", language: "es", expected: "azul", outdated: "rojo" },
    question: sentence("¿Cuál es mi color preferido?", "color"),
    turns: [
      said("2025-03-01", "Mi color preferido es el azul.", "color: azul"),
      said("2025-04-01", "Toco la guitarra.", "instrument: guitarra"),
      said("2026-02-01", "El color preferido de Ana es el rojo.", "color: rojo", { whose: "Ana" }),
    ],
    still: { question: sentence("¿Qué instrumento toco?", "instrument"), expected: "guitarra" },
  },
  {
    ...{ kind: "rejected response", language: "en", expected: "grams", outdated: "ounces" },
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
  {
    ...{ kind: "rejected response", ...nothing, outdated: "Frank" },
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
];
