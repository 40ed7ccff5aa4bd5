import { expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { controlScores } from "../../../src/eval/cases/control-scores.js";
import { turnAt } from "../../support/users/episodes.js";

const film = (n: number, answer: string | null) =>
  turnAt(n, lampQuestion("LaMP_2M", `Film ${n}.`), { groundTruth: answer });
const rated = (n: number, answer: string) =>
  turnAt(n, lampQuestion("LaMP_3", `Review ${n}.`), { groundTruth: answer });
const asked = (input: string, gold: string) => ({ id: "q", input, gold });

it("gives what the user has answered most often until then, and of equals the latest", () => {
  const history = [
    film(1, "comedy"),
    film(2, "action"),
    film(3, "action"),
    film(4, null),
    film(5, "comedy"),
  ];
  const ids = history.map(({ id }) => id);
  const questions = ["comedy", "action"].map((gold) =>
    asked(lampQuestion("LaMP_2M", "New."), gold),
  );
  expect(controlScores({ history, questions }, ids)).toEqual({
    // Nothing is known at first, then comedy, then action (the latest of two), then action.
    simulated: [0, 0, 1, 0],
    later: [1, 0],
  });
  expect(controlScores({ history, questions }, ids.slice(2, 3)).simulated).toEqual([1]);
});

it("gives the number in the middle, scored by distance", () => {
  const history = [rated(1, "1"), rated(2, "5"), rated(3, "4")];
  const ids = history.map(({ id }) => id);
  const questions = [asked(lampQuestion("LaMP_3", "New."), "5")];
  expect(controlScores({ history, questions }, ids.slice(1))).toEqual({
    simulated: [0, 0.75],
    later: [0.75],
  });
});
