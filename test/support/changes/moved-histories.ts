import { answered, type ChangeHistory, history, said, sentence } from "./history.js";
import { dog, piano, stillDog, stillPiano } from "./unchanged.js";

const home = sentence("Where do I live?", "home");
const name = sentence("What is my name?", "name");
const job = sentence("Where do I work?", "job");

/** Another place, another name. */
export const movedHistories: readonly ChangeHistory[] = [
  history(
    { kind: "moved", language: "en", expected: "Lyon", outdated: "Paris" },
    {
      question: home,
      turns: [
        said("2025-03-01", "I live in Paris.", "home: Paris"),
        dog,
        said("2026-02-10", "No, I moved to Lyon, I do not live in Paris any more.", "home: Lyon"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "moved", language: "en", expected: "Oslo", outdated: "Bergen" },
    {
      question: home,
      turns: [
        said("2025-03-01", "I live in Bergen, close to the harbour.", "home: Bergen"),
        piano,
        answered("2025-06-01", home, sentence("You live in Bergen.", "home: Bergen")),
        said("2026-03-05", "I live in Oslo now, since Monday.", "home: Oslo"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "moved", language: "en", expected: "Cork", outdated: "Galway" },
    {
      question: home,
      turns: [
        said("2025-03-01", "I live in Dublin.", "home: Dublin"),
        said("2025-08-01", "I live in Galway these days.", "home: Galway"),
        dog,
        said("2026-04-01", "I live in Cork as of this week.", "home: Cork"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "moved", language: "en", expected: "Bosch", outdated: "Siemens" },
    {
      question: job,
      turns: [
        said("2025-03-09", "I work at Siemens as an engineer.", "job: Siemens"),
        piano,
        said("2026-05-20", "I changed jobs and work at Bosch now.", "job: Bosch"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "moved", language: "fr", expected: "Lyon", outdated: "Paris" },
    {
      question: sentence("Où est-ce que j'habite ?", "home"),
      turns: [
        said("2025-03-01", "J'habite à Paris depuis dix ans.", "home: Paris"),
        said("2025-04-01", "Mon chat s'appelle Minou.", "cat: Minou"),
        said("2026-02-10", "J'habite maintenant à Lyon.", "home: Lyon"),
      ],
      still: { question: sentence("Comment s'appelle mon chat ?", "cat"), expected: "Minou" },
    },
  ),
  history(
    { kind: "moved", language: "de", expected: "Köln", outdated: "Bremen" },
    {
      question: sentence("Wo wohne ich?", "home"),
      turns: [
        said("2025-03-01", "Ich wohne in Bremen.", "home: Bremen"),
        said("2025-04-01", "Mein Bruder heißt Jonas.", "brother: Jonas"),
        said("2026-02-10", "Nein, ich wohne jetzt in Köln.", "home: Köln"),
      ],
      still: { question: sentence("Wie heißt mein Bruder?", "brother"), expected: "Jonas" },
    },
  ),
  history(
    { kind: "renamed", language: "en", expected: "Robin", outdated: "Robert" },
    {
      question: name,
      turns: [
        said("2025-03-01", "My name is Robert.", "name: Robert"),
        dog,
        said("2026-01-15", "My name is Robin now, please use it.", "name: Robin"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "renamed", language: "en", expected: "Weber", outdated: "Kaya" },
    {
      question: name,
      turns: [
        said("2025-03-01", "My full name is Elif Kaya.", "name: Kaya"),
        piano,
        said("2026-06-02", "We married, and my name is Elif Weber.", "name: Weber"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "renamed", language: "en", expected: "Comet", outdated: "Rocket" },
    {
      question: sentence("What is my boat called?", "boat"),
      turns: [
        said("2025-03-01", "My boat is called Rocket.", "boat: Rocket"),
        dog,
        said("2026-03-15", "I painted it anew: my boat is called Comet.", "boat: Comet"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "renamed", language: "es", expected: "Lola", outdated: "Dolores" },
    {
      question: sentence("¿Cómo me llamo?", "name"),
      turns: [
        said("2025-03-01", "Me llamo Dolores.", "name: Dolores"),
        said("2025-04-01", "Toco la guitarra.", "instrument: guitarra"),
        said("2026-03-01", "Ahora me llamo Lola.", "name: Lola"),
      ],
      still: { question: sentence("¿Qué instrumento toco?", "instrument"), expected: "guitarra" },
    },
  ),
  history(
    { kind: "renamed", language: "ru", expected: "Мария", outdated: "Маша" },
    {
      question: sentence("Как меня зовут?", "name"),
      turns: [
        said("2025-03-01", "Меня зовут Маша.", "name: Маша"),
        said("2025-04-01", "Мой кот серый.", "cat: серый"),
        said("2026-03-01", "Теперь меня зовут Мария.", "name: Мария"),
      ],
      still: { question: sentence("Какой мой кот?", "cat"), expected: "серый" },
    },
  ),
];
