import { type ChangeHistory, history, said, sentence } from "./history.js";
import { dog, piano, stillDog, stillPiano } from "./unchanged.js";

const forget = { isForget: true };
const address = sentence("What do you know of my old address?", "address");
const nothing = { expected: null, language: "en" };

/** What the user takes back: asks to forget, or says that it does not hold. */
export const withdrawnHistories: readonly ChangeHistory[] = [
  history(
    { kind: "forget that", ...nothing, outdated: "Elm Street" },
    {
      question: address,
      turns: [
        said("2025-03-01", "My old address was 4 Elm Street.", "address: Elm Street"),
        dog,
        said("2026-02-01", "Please forget my old address.", "address", forget),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "forget that", ...nothing, outdated: "knee" },
    {
      question: sentence("Do I have any health problem?", "health"),
      turns: [
        said("2025-03-01", "I have a health problem with my knee.", "health: knee"),
        piano,
        said("2026-02-01", "Forget what I said of my health problem.", "health", forget),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "forget that", ...nothing, outdated: "Max" },
    {
      question: sentence("Who is my partner?", "partner"),
      turns: [
        said("2025-03-01", "My partner is Max.", "partner: Max"),
        said("2025-09-01", "Max, my partner, cooks well.", "partner: Max"),
        dog,
        said("2026-02-01", "Please forget everything about my partner.", "partner", forget),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "forget that", ...nothing, outdated: "4500" },
    {
      question: sentence("What is my salary?", "salary"),
      turns: [
        said("2025-03-01", "My salary is 4500 a month.", "salary: 4500"),
        piano,
        said("2026-02-01", "Do not keep my salary in mind, forget it.", "salary", forget),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "forget that", language: "fr", expected: null, outdated: "Nantes" },
    {
      question: sentence("Quelle est mon ancienne adresse ?", "address"),
      turns: [
        said("2025-03-01", "Mon ancienne adresse est à Nantes.", "address: Nantes"),
        said("2025-04-01", "Mon chat s'appelle Minou.", "cat: Minou"),
        said("2026-02-01", "Oublie mon ancienne adresse.", "address", forget),
      ],
      still: { question: sentence("Comment s'appelle mon chat ?", "cat"), expected: "Minou" },
    },
  ),
  history(
    { kind: "negation", language: "en", expected: "not", outdated: "love jazz" },
    {
      question: sentence("Do I like jazz?", "jazz"),
      turns: [
        said("2025-03-01", "I love jazz.", "jazz: love jazz"),
        dog,
        said("2026-02-01", "I do not love jazz any more.", "jazz: not"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "negation", language: "en", expected: "never", outdated: "smoke a pipe" },
    {
      question: sentence("Do I smoke?", "smoke"),
      turns: [
        said("2025-03-01", "I smoke a pipe.", "smoke: smoke a pipe"),
        piano,
        said("2026-02-01", "I never smoke, I stopped last year.", "smoke: never"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "negation", language: "en", expected: "no car", outdated: "red car" },
    {
      question: sentence("Do I own a car?", "car"),
      turns: [
        said("2025-03-01", "I own a red car.", "car: red car"),
        dog,
        said("2026-02-01", "I own no car now, it was stolen.", "car: no car"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "negation", language: "en", expected: "do again", outdated: "do not" },
    {
      question: sentence("Do I eat fish?", "fish"),
      turns: [
        said("2025-03-01", "I do not eat fish.", "fish: do not"),
        piano,
        said("2026-02-01", "I do again eat fish, my doctor said so.", "fish: do again"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "negation", language: "ja", expected: "飲みません", outdated: "毎日" },
    {
      question: sentence("私はコーヒーを飲みますか？", "coffee"),
      turns: [
        said("2025-03-01", "私はコーヒーを毎日飲みます。", "coffee: 毎日"),
        said("2025-04-01", "私の犬の名前はポチです。", "dog: ポチ"),
        said("2026-02-01", "私はもうコーヒーを飲みません。", "coffee: 飲みません"),
      ],
      still: { question: sentence("私の犬の名前は何ですか？", "dog"), expected: "ポチ" },
    },
  ),
];
