const words =
  "train flat bike coat lamp novel wine desk river mountain garden kitchen window morning evening coffee bread music film letter winter summer doctor market bridge station island museum painting theatre football guitar piano recipe vinegar pepper salmon".split(
    " ",
  );

/** So many words, drawn one by one. */
export function randomText(length: number, random: () => number): string {
  return Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(" ");
}
