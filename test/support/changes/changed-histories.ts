import { type ChangeHistory, history, said, sentence } from "./history.js";
import { dog, piano, stillDog, stillPiano } from "./unchanged.js";

const food = sentence("Which foods must I avoid?", "avoid");

/** Another taste, another need. */
export const changedHistories: readonly ChangeHistory[] = [
  history(
    { kind: "changed mind", language: "en", expected: "aisle", outdated: "window" },
    {
      question: sentence("Which seat do I prefer?", "seat"),
      turns: [
        said("2025-03-01", "I prefer a window seat.", "seat: window"),
        said("2025-06-01", "A window seat for me, as always.", "seat: window"),
        piano,
        said("2026-02-01", "From now on I prefer an aisle seat.", "seat: aisle"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "changed mind", language: "en", expected: "short", outdated: "detailed" },
    {
      question: sentence("How long should answers to me be?", "length"),
      turns: [
        said("2025-03-01", "I like long, detailed answers.", "length: detailed"),
        dog,
        said("2026-02-01", "Keep answers short, I have no time.", "length: short"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "changed mind", language: "en", expected: "espresso", outdated: "latte" },
    {
      question: sentence("Which coffee do I usually order?", "coffee"),
      turns: [
        said("2025-03-01", "I usually order a latte.", "coffee: latte"),
        said("2025-07-01", "A latte again, my usual coffee.", "coffee: latte"),
        dog,
        said("2026-02-01", "I order espresso now, milk is no longer for me.", "coffee: espresso"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "changed mind", language: "en", expected: "train", outdated: "car" },
    {
      question: sentence("How do I travel to work?", "commute"),
      turns: [
        said("2025-03-01", "I travel to work by car.", "commute: car"),
        piano,
        said("2026-02-01", "I sold it and travel to work by train.", "commute: train"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "changed mind", language: "it", expected: "mare", outdated: "montagna" },
    {
      question: sentence("Dove preferisco andare in vacanza?", "holiday"),
      turns: [
        said("2025-03-01", "In vacanza preferisco la montagna.", "holiday: montagna"),
        said("2025-04-01", "Il mio gatto si chiama Pepe.", "cat: Pepe"),
        said("2026-03-01", "Adesso in vacanza preferisco il mare.", "holiday: mare"),
      ],
      still: { question: sentence("Come si chiama il mio gatto?", "cat"), expected: "Pepe" },
    },
  ),
  history(
    { kind: "got allergic", language: "en", expected: "peanuts", outdated: "anything" },
    {
      question: food,
      turns: [
        said("2025-03-01", "I can eat anything, there are no foods to avoid.", "avoid: anything"),
        dog,
        said("2026-02-01", "I must avoid peanuts, I turned out to be allergic.", "avoid: peanuts"),
      ],
      still: stillDog,
    },
  ),
  history(
    { kind: "got allergic", language: "en", expected: "oat", outdated: "cow" },
    {
      question: sentence("Which milk do I take?", "milk"),
      turns: [
        said("2025-03-01", "I take cow milk in everything.", "milk: cow"),
        piano,
        said("2026-02-01", "I take oat milk, the other one makes me ill now.", "milk: oat"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "got allergic", language: "en", expected: "no cats", outdated: "two cats" },
    {
      question: sentence("Do I keep any cats?", "cats"),
      turns: [
        said("2025-03-01", "I keep two cats.", "cats: two cats"),
        piano,
        said("2026-02-01", "I keep no cats any more, I am allergic to them.", "cats: no cats"),
      ],
      still: stillPiano,
    },
  ),
  history(
    { kind: "got allergic", language: "pt", expected: "camarão", outdated: "nada" },
    {
      question: sentence("O que não posso comer?", "avoid"),
      turns: [
        said("2025-03-01", "Não há nada que eu não posso comer.", "avoid: nada"),
        said("2025-04-01", "O meu filho chama-se Rui.", "son: Rui"),
        said("2026-03-01", "Já não posso comer camarão, tenho alergia.", "avoid: camarão"),
      ],
      still: { question: sentence("Como se chama o meu filho?", "son"), expected: "Rui" },
    },
  ),
];
