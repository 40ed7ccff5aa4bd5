import type { AnswerScale } from "../stated-answers.js";
import { readableParts } from "./readable-parts.js";

const end = String.raw`-?\d{1,4}(?:[.,]\d+)?`;
/** "1 (bad) to 5 (good)". */
const note = String.raw`(?:\s*\([^()\n]{1,40}\))?`;
const edge = String.raw`(?<![\p{L}\p{N}.,:/-])`;
/** Not "1-5-1", "1 to 5.5", "1 to 5pm", "1 to 5%". */
const stop = String.raw`(?![\p{L}\p{N}%€$£]|[-.,:/]\d|\s?(?:[ap]\.?m\b|o'clock|uhr\b|heures?\b|h\b|%))`;

const to = String.raw`(?:\s*(?:-|\.{2,3})\s*|\s+(?:to|through|up to|bis|à|a|al|hasta|jusqu'à)\s+)`;
const and = String.raw`\s+(?:and|und|et|y)\s+`;
const from = String.raw`(?:(?:from|of|von|de|du|del|desde)\s+)?`;
const between = String.raw`(?:between|zwischen|entre)\s+`;
/** Both forms of a range; each has its own pair of groups. */
const range = `${edge}(?:${from}(${end})${note}${to}(${end})|${between}(${end})${note}${and}(${end}))${note}${stop}`;

const unit =
  "stars?|points?|marks?|sternen?|punkten?|étoiles?|estrellas?|puntos?|stelle|punti|estrelas?";
const noun = `${unit}|scale|rating|score|grade|number|integer|digit|value|skala|bewertung|note|zahl|ziffer|wert|échelle|nombre|chiffre|valeur|escala|número|numero|nota|valor|puntuación|calificación`;
const rates =
  "rate|rated|rating|grade|score|bewert(?:e|en|est|et)|benot(?:e|en)|note[rz]?|noterais|évalue[rz]?|puntú[ao]|puntuar|punt[úu]e|calific[ao]|calificar|valor[ao]|valorar|how many (?:stars|points)|wie ?viele (?:sterne|punkte)|combien d['e] ?(?:étoiles|points)|cuánt[ao]s (?:estrellas|puntos)";
const wordStart = String.raw`(?<![\p{L}\p{N}])`;
const wordEnd = String.raw`(?![\p{L}\p{N}])`;

/** A range says how to answer where one of these stands with it. */
const cued = [
  // "on a scale of 1 to 5", "stars (1-5)", "a number between 0 and 10"
  `${wordStart}(?:${noun})${wordEnd}[\\s,:(\\[]{0,3}${range}`,
  // "1-5 stars", "von 1 bis 5 Sternen", "1 to 10 scale"
  `${range}[\\s-]{0,2}(?:${unit}|scale|rating)${wordEnd}`,
  // "Rate the film from 1 to 5", "How many stars do I give it, 1 to 5?"
  `${wordStart}(?:${rates})${wordEnd}[^.?!;\\n]{0,120}?${range}`,
  // "How do I like it? (1-5)"
  `[(\\[]\\s*${range}\\s*[)\\]]\\s*(?=[?.!:]|$)`,
].map((pattern) => new RegExp(pattern, "giu"));

const outOf = new RegExp(
  `${wordStart}(?:${unit}|${rates}|rating|score)${wordEnd}[^.?!;\\n]{0,120}?(?:out of|sur|sobre|von maximal)\\s+(5|6|7|10|20|100)${stop}`,
  "giu",
);

/**
 * The scales that a question names in plain words (English, German, French, Spanish), likelier first: "from 1 to 5",
 * "1-5 stars", "on a scale of 0 to 10". Only ranges that a word of rating stands with, and that begin at 1 or below, as
 * scales do; what stands between quotation marks is a title. None for any other text.
 */
export function scalesInWords(question: string): AnswerScale[] {
  const scales = new Map<string, AnswerScale>();
  const add = (least: number, greatest: number) => {
    const isScale = least < greatest && least <= 1 && greatest <= 1000 && least >= -100;
    if (isScale) scales.set(`${least} ${greatest}`, { least, greatest });
  };
  for (const part of readableParts(question)) {
    const text = withoutQuotations(part);
    for (const pattern of cued)
      for (const [, a, b, c, d] of text.matchAll(pattern))
        add(numberOf(a ?? c ?? ""), numberOf(b ?? d ?? ""));
    for (const [, most = ""] of text.matchAll(outOf)) {
      add(1, Number(most));
      // Whether 0 can be given is not said.
      add(0, Number(most));
    }
  }
  return [...scales.values()];
}

function withoutQuotations(text: string): string {
  return text.replaceAll(
    /"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|‘[^'\n]*'|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu,
    " … ",
  );
}

function numberOf(text: string): number {
  return Number(text.replace(",", "."));
}
