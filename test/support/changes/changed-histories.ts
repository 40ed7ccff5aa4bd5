import { answered, type ChangeHistory, said, sentence } from "./history.js";

const home = sentence("Where do I live?", "home");
const name = sentence("What is my name?", "name");
const job = sentence("Where do I work?", "job");
const food = sentence("Which foods must I avoid?", "avoid");
const dog = said("2025-04-02", "My dog is called Rex.", "dog: Rex");
const stillDog = { question: sentence("What is my dog called?", "dog"), expected: "Rex" };
const piano = said("2025-05-11", "I play the piano on Sundays.", "instrument: piano");
const stillPiano = {
  question: sentence("Which instrument do I play?", "instrument"),
  expected: "piano",
};

/** Something holds in place of what held before. */
export const changedHistories: readonly ChangeHistory[] = [
  {
    ...{ kind: "moved", language: "en", question: home, expected: "Lyon", outdated: "Paris" },
    turns: [
      said("2025-03-01", "I live in Paris.", "home: Paris"),
      dog,
      said("2026-02-10", "No, I moved to Lyon, I do not live in Paris any more.", "home: Lyon"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "moved", language: "en", question: home, expected: "Oslo", outdated: "Bergen" },
    turns: [
      said("2025-03-01", "I live in Bergen, close to the harbour.", "home: Bergen"),
      piano,
      answered("2025-06-01", home, sentence("You live in Bergen.", "home: Bergen")),
      said("2026-03-05", "I live in Oslo now, since Monday.", "home: Oslo"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "moved", language: "en", question: home, expected: "Cork", outdated: "Galway" },
    turns: [
      said("2025-03-01", "I live in Dublin.", "home: Dublin"),
      said("2025-08-01", "I live in Galway these days.", "home: Galway"),
      dog,
      said("2026-04-01", "I live in Cork as of this week.", "home: Cork"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "moved", language: "en", question: job, expected: "Bosch", outdated: "Siemens" },
    turns: [
      said("2025-03-09", "I work at Siemens as an engineer.", "job: Siemens"),
      piano,
      said("2026-05-20", "I changed jobs and work at Bosch now.", "job: Bosch"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "moved", language: "fr", expected: "Lyon", outdated: "Paris" },
    question: sentence("Où est-ce que j'habite ?", "home"),
    turns: [
      said("2025-03-01", "J'habite à Paris depuis dix ans.", "home: Paris"),
      said("2025-04-01", "Mon chat s'appelle Minou.", "cat: Minou"),
      said("2026-02-10", "J'habite maintenant à Lyon.", "home: Lyon"),
    ],
    still: { question: sentence("Comment s'appelle mon chat ?", "cat"), expected: "Minou" },
  },
  {
    ...{ kind: "moved", language: "de", expected: "Köln", outdated: "Bremen" },
    question: sentence("Wo wohne ich?", "home"),
    turns: [
      said("2025-03-01", "Ich wohne in Bremen.", "home: Bremen"),
      said("2025-04-01", "Mein Bruder heißt Jonas.", "brother: Jonas"),
      said("2026-02-10", "Nein, ich wohne jetzt in Köln.", "home: Köln"),
    ],
    still: { question: sentence("Wie heißt mein Bruder?", "brother"), expected: "Jonas" },
  },
  {
    ...{ kind: "renamed", language: "en", question: name, expected: "Robin", outdated: "Robert" },
    turns: [
      said("2025-03-01", "My name is Robert.", "name: Robert"),
      dog,
      said("2026-01-15", "My name is Robin now, please use it.", "name: Robin"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "renamed", language: "en", question: name, expected: "Weber", outdated: "Kaya" },
    turns: [
      said("2025-03-01", "My full name is Elif Kaya.", "name: Kaya"),
      piano,
      said("2026-06-02", "We married, and my name is Elif Weber.", "name: Weber"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "renamed", language: "en", expected: "Comet", outdated: "Rocket" },
    question: sentence("What is my boat called?", "boat"),
    turns: [
      said("2025-03-01", "My boat is called Rocket.", "boat: Rocket"),
      dog,
      said("2026-03-15", "I painted it anew: my boat is called Comet.", "boat: Comet"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "renamed", language: "es", expected: "Lola", outdated: "Dolores" },
    question: sentence("¿Cómo me llamo?", "name"),
    turns: [
      said("2025-03-01", "Me llamo Dolores.", "name: Dolores"),
      said("2025-04-01", "Toco la guitarra.", "instrument: guitarra"),
      said("2026-03-01", "Ahora me llamo Lola.", "name: Lola"),
    ],
    still: { question: sentence("¿Qué instrumento toco?", "instrument"), expected: "guitarra" },
  },
  {
    ...{ kind: "renamed", language: "ru", expected: "Мария", outdated: "Маша" },
    question: sentence("Как меня зовут?", "name"),
    turns: [
      said("2025-03-01", "Меня зовут Маша.", "name: Маша"),
      said("2025-04-01", "Мой кот серый.", "cat: серый"),
      said("2026-03-01", "Теперь меня зовут Мария.", "name: Мария"),
    ],
    still: { question: sentence("Какой мой кот?", "cat"), expected: "серый" },
  },
  {
    ...{ kind: "changed mind", language: "en", expected: "aisle", outdated: "window" },
    question: sentence("Which seat do I prefer?", "seat"),
    turns: [
      said("2025-03-01", "I prefer a window seat.", "seat: window"),
      said("2025-06-01", "A window seat for me, as always.", "seat: window"),
      piano,
      said("2026-02-01", "From now on I prefer an aisle seat.", "seat: aisle"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "changed mind", language: "en", expected: "short", outdated: "detailed" },
    question: sentence("How long should answers to me be?", "length"),
    turns: [
      said("2025-03-01", "I like long, detailed answers.", "length: detailed"),
      dog,
      said("2026-02-01", "Keep answers short, I have no time.", "length: short"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "changed mind", language: "en", expected: "espresso", outdated: "latte" },
    question: sentence("Which coffee do I usually order?", "coffee"),
    turns: [
      said("2025-03-01", "I usually order a latte.", "coffee: latte"),
      said("2025-07-01", "A latte again, my usual coffee.", "coffee: latte"),
      dog,
      said("2026-02-01", "I order espresso now, milk is no longer for me.", "coffee: espresso"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "changed mind", language: "en", expected: "train", outdated: "car" },
    question: sentence("How do I travel to work?", "commute"),
    turns: [
      said("2025-03-01", "I travel to work by car.", "commute: car"),
      piano,
      said("2026-02-01", "I sold it and travel to work by train.", "commute: train"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "changed mind", language: "it", expected: "mare", outdated: "montagna" },
    question: sentence("Dove preferisco andare in vacanza?", "holiday"),
    turns: [
      said("2025-03-01", "In vacanza preferisco la montagna.", "holiday: montagna"),
      said("2025-04-01", "Il mio gatto si chiama Pepe.", "cat: Pepe"),
      said("2026-03-01", "Adesso in vacanza preferisco il mare.", "holiday: mare"),
    ],
    still: { question: sentence("Come si chiama il mio gatto?", "cat"), expected: "Pepe" },
  },
  {
    ...{ kind: "got allergic", language: "en", expected: "peanuts", outdated: "anything" },
    question: food,
    turns: [
      said("2025-03-01", "I can eat anything, there are no foods to avoid.", "avoid: anything"),
      dog,
      said("2026-02-01", "I must avoid peanuts, I turned out to be allergic.", "avoid: peanuts"),
    ],
    still: stillDog,
  },
  {
    ...{ kind: "got allergic", language: "en", expected: "oat", outdated: "cow" },
    question: sentence("Which milk do I take?", "milk"),
    turns: [
      said("2025-03-01", "I take cow milk in everything.", "milk: cow"),
      piano,
      said("2026-02-01", "I take oat milk, the other one makes me ill now.", "milk: oat"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "got allergic", language: "en", expected: "no cats", outdated: "two cats" },
    question: sentence("Do I keep any cats?", "cats"),
    turns: [
      said("2025-03-01", "I keep two cats.", "cats: two cats"),
      piano,
      said("2026-02-01", "I keep no cats any more, I am allergic to them.", "cats: no cats"),
    ],
    still: stillPiano,
  },
  {
    ...{ kind: "got allergic", language: "pt", expected: "camarão", outdated: "nada" },
    question: sentence("O que não posso comer?", "avoid"),
    turns: [
      said("2025-03-01", "Não há nada que eu não posso comer.", "avoid: nada"),
      said("2025-04-01", "O meu filho chama-se Rui.", "son: Rui"),
      said("2026-03-01", "Já não posso comer camarão, tenho alergia.", "avoid: camarão"),
    ],
    still: { question: sentence("Como se chama o meu filho?", "son"), expected: "Rui" },
  },
];
