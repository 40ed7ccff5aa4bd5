import { said, sentence } from "./history.js";

/** What does not change in most of the histories, and the question whether it was lost. */
export const dog = said("2025-04-02", "My dog is called Rex.", "dog: Rex");
export const stillDog = { question: sentence("What is my dog called?", "dog"), expected: "Rex" };
export const piano = said("2025-05-11", "I play the piano on Sundays.", "instrument: piano");
export const stillPiano = {
  question: sentence("Which instrument do I play?", "instrument"),
  expected: "piano",
};
