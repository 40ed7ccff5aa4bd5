import { changedHistories } from "./changed-histories.js";
import { movedHistories } from "./moved-histories.js";
import { seemingHistories } from "./seeming-histories.js";
import { withdrawnHistories } from "./withdrawn-histories.js";

export const histories = [
  ...movedHistories,
  ...changedHistories,
  ...withdrawnHistories,
  ...seemingHistories,
];
