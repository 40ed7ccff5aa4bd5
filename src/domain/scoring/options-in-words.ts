import { isSameAnswer } from "./choice-score.js";
import { readableParts } from "./readable-parts.js";

const wordStart = String.raw`(?<![\p{L}\p{N}])`;
const wordEnd = String.raw`(?![\p{L}\p{N}])`;
const anyOf = (words: string) => new RegExp(`${wordStart}(?:${words})${wordEnd}`, "iu");

const orWords = "or|oder|ou|o|u|vs\\.?|versus";
const andWords = "and|und|et|y|e";
const or = new RegExp(`,?\\s+(?:${orWords})\\s+(?:${orWords.replace("|o|u", "")}\\s+)?`, "iu");
/** Between the items of a list of which one is to be chosen. */
const separator = new RegExp(
  `\\s*[,;|]\\s*(?:(?:${orWords}|${andWords})\\s+)?|\\s+/\\s+|\\s+(?:${orWords}|${andWords})\\s+`,
  "iu",
);

/** What follows is a list of which one is to be chosen. */
const chooses = new RegExp(
  `${wordStart}(?:` +
    [
      "(?:answer|reply|respond|choose(?! to )|pick|select|options?|choices?|possible answers?|one of|which of)(?: (?:me|only|just|exactly|with|by|from|between|among|are|one|of|is|either|these|the|following))*",
      "between|among",
      "(?:antworte|antwort|wähle|entscheide|nenne|nimm|optionen|auswahl)(?: (?:mir|dich|nur|bitte|mit|aus|zwischen|für|von|einer|einem|eine|einen|eins|der|den|folgenden|möglichkeiten|entweder))*",
      "zwischen",
      "(?:réponds|répondez|répondre|choisis|choisissez|choisir|options|choix)(?: (?:moi|seulement|uniquement|par|avec|entre|parmi|l'un|l'une|un|une|de|des|ces|les|suivants|suivantes|réponses|soit))*",
      "entre|parmi",
      "(?:responde|contesta|elige|escoge|opciones|elegir|elijo)(?: (?:me|solo|sólo|con|entre|de|uno|una|las|los|estas|estos|siguientes|opciones|respuestas))*",
    ].join("|") +
    `)${wordEnd}\\s*:?\\s*`,
  "giu",
);

/** Says that one of what follows is to be chosen, also where nothing is asked. */
const demandsChoice = anyOf(
  "either|entweder|soit|answer|reply|choose|pick|antworte|wähle|réponds|choisis|responde|elige",
);
const comparesThem = anyOf(
  "prefer|rather|better|between|lieber|eher|besser|zwischen|préfère|préférer|plutôt|mieux|entre|prefiero|prefieres|mejor",
);
/** Asks for anything of a kind: "What films or plays do I like?" */
const asksOpenly = anyOf(
  "what|which|who|whose|where|when|why|how|any|some|was|welche[nrms]?|wer|wo|wann|warum|wie|irgend\\w*|quel(?:le)?s?|que|qui|où|quand|pourquoi|comment|des|qué|cuál(?:es)?|quién|dónde|cuándo|cómo|algún\\w*|algun\\w*",
);

/** These need no colon before the list; "one of my favourites, as I said" is none. */
const choosesAlone =
  /^(?:answer|reply|respond|choose|pick|select|between|among|antwort|wähle|entscheide|nenne|nimm|zwischen|répon|chois|entre|parmi|respond|contesta|elig|elij|escog)/iu;

/** What is listed then are examples. */
const examples =
  "such as|e\\.? ?g\\.?|for example|for instance|including|(?<!(?:^|\\s)(?:i|you|we|they|to|would|really|most|also) )like|z\\. ?b\\.|zum beispiel|etwa|par exemple|p\\. ?ex\\.|tels? que|telles? que|(?<=, )(?:wie|comme|como)|por ejemplo|p\\. ?ej\\.|tal(?:es)? como";
const givesExamples = anyOf(examples);
/** Or what is not meant. */
const excludes = anyOf(
  `${examples}|neither|nor|never|no|not|none|except|but|besides|other than|instead of|than|without|apart from|weder|nie|kein\\w*|nicht|außer|ohne|statt|als|ni|jamais|sauf|sans|(?:plus|moins|más|menos|mejor) que|nunca|excepto|sin`,
);
const isNotAnOption = new RegExp(
  `^(?:so|not|else|more|less|fewer|later|something|anything|any|whatever|other|others|another|nicht|mehr|weniger|etwas|pas|non plus|autre|otro|otra|más|menos)${wordEnd}`,
  "iu",
);
/** Begins what follows the last item: "coffee in the morning". */
const goesOn =
  /\s+(?:in|on|at|for|with|when|if|as|to|from|after|before|during|this|that|today|tonight|tomorrow|im|am|an|für|mit|wenn|zum|zur|nach|vor|heute|morgen|dans|en|le|la|au|pour|avec|quand|ce|aujourd'hui|por|para|con|cuando|hoy|a)(?:\s[^]*)?$/iu;
const article =
  /^(?:an?|the|to|der|die|das|den|ein|eine|einen|le|la|les|un|une|el|los|las|una)\s+(?=\S)|^l'/iu;

const mostItemWords = 8;

/**
 * The options that a question lists in plain words, if the true answer is one of them; `null` otherwise. Read are lists that
 * are to be chosen from ("Choose between a, b and c", "(yes/no)", "A) tea B) coffee", a list below the question) and
 * alternatives ("either a or b", "Tea or coffee?") in English, German, French and Spanish. Examples and exclusions
 * ("such as", "neither", "other than") are none.
 *
 * @param trueAnswer - It tells where an item of a sentence begins and ends; without it nothing is guessed.
 */
export function optionsInWords(question: string, trueAnswer: string): string[] | null {
  if (trueAnswer.trim() === "" || wordsOf(trueAnswer) > mostItemWords) return null;
  for (const part of readableParts(question))
    for (const items of listsIn(part, trueAnswer)) {
      const options = distinct(items.map(unquoted));
      const isList = options.length > 1 && options.every((item) => wordsOf(item) <= mostItemWords);
      for (const each of isList ? [options, options.map(withoutArticle)] : [])
        if (each.some((option) => isSameAnswer(option, trueAnswer))) return each;
    }
  return null;
}

function listsIn(text: string, trueAnswer: string): string[][] {
  return [
    ...belowIn(text),
    ...letteredIn(text),
    ...bracketedIn(text),
    ...slashedIn(text),
    ...chosenIn(text, trueAnswer),
    ...alternativesIn(text, trueAnswer),
  ];
}

/** "- tea\n- coffee" at the end. */
function belowIn(text: string): string[][] {
  const lines = /(?:\n\s*(?:[-*•]|\d{1,2}[.)]|[a-z][.)])\s+[^\n]+){2,}\s*$/iu.exec(text)?.[0] ?? "";
  const items = lines.split("\n").map((line) => line.replace(/^\s*(?:[-*•]|\w{1,2}[.)])\s+/u, ""));
  return [items];
}

/** "A) tea B) coffee": by letter and by text. */
function letteredIn(text: string): string[][] {
  const found = [
    ...text.matchAll(/(?<=^|[\s(])([a-h])[).:]\s+([^\n]{1,80}?)(?=[\s,;]+[b-h][).:]\s|\s*$)/giu),
  ];
  const letters = found.map(([, letter = ""]) => letter.toLowerCase());
  if (letters.length < 2 || letters.join("") !== "abcdefgh".slice(0, letters.length)) return [];
  return [letters, found.map(([, , item = ""]) => item.replace(/[?.!]$/, ""))];
}

/** "(yes/no)", "[a | b]", "(a, b or c)". A list of two with a comma alone is a place as often: (Paris, Texas). */
function bracketedIn(text: string): string[][] {
  return Array.from(text.matchAll(/[([]([^()[\]\n]{3,300})[)\]]/gu), ([, inner = ""]) => {
    if (givesExamples.test(inner)) return [];
    const listed = inner.replace(/^[^:]{0,40}:\s*/, "");
    const items = listed.split(/\s*[/|]\s*/);
    if (items.length > 1)
      return items.every((item) => /^\d+$/.test(item)) && items.length < 3 ? [] : items;
    const parts = listed.split(separator);
    return parts.length > 2 || or.test(listed) ? parts : [];
  });
}

/** "Do I like jazz? yes/no" */
function slashedIn(text: string): string[][] {
  const word = String.raw`[\p{L}\p{N}'-]+`;
  const list = new RegExp(`(?:^|[\\s:;,])(${word}(?:\\s?/\\s?${word})+)\\s*[?.!]*\\s*$`, "u").exec(
    text,
  );
  const items = list?.[1]?.split(/\s?\/\s?/) ?? [];
  return items.every((item) => /^\d+$/.test(item)) ? [] : [items];
}

/** "Answer with one of: a, b, c." */
function chosenIn(text: string, trueAnswer: string): string[][] {
  return Array.from(text.matchAll(chooses), (found) => {
    const before = sentenceBefore(text, found.index);
    const rest = sentenceAfter(text, found.index + found[0].length);
    // "one of these genres: a, b"
    const below = /^[^:,]{0,40}:\s*(\S[^]*)$/.exec(rest)?.[1];
    const list = below ?? rest;
    const hasColon = below !== undefined || /:\s*$/.test(found[0]);
    if (!hasColon && !choosesAlone.test(found[0])) return [];
    if (excludes.test(before) || givesExamples.test(list)) return [];
    const items = list.replace(/^[[(]|[\])]$/g, "").split(separator);
    return [...items.slice(0, -1), lastItem(items.at(-1) ?? "", trueAnswer)];
  });
}

/** "Do I prefer tea or coffee?", "Which film: a, b or c?" */
function alternativesIn(text: string, trueAnswer: string): string[][] {
  return text.split(/(?<=[?.!;])\s+|\n+/u).map((sentence) => {
    const parts = sentence.replace(/[?.!;\s]+$/, "").split(or);
    const [before = "", after = ""] = parts;
    const clause = before.split(/[:(]|\s-\s/).at(-1) ?? "";
    const isLabel = /^[^:]{1,20}:/.test(after) && wordsOf(before) <= 3;
    const isChoice = sentence.includes("?") || isLabel || demandsChoice.test(before);
    const isOpen = !/[,:(]|\s-\s/.test(before) && asksOpenly.test(before);
    const isCompared = demandsChoice.test(before) || comparesThem.test(before);
    if (parts.length !== 2 || !isChoice || (isOpen && !isCompared)) return [];
    if (excludes.test(clause)) return [];
    const right = after.split(/[,:()]|\s-\s/)[0]?.trim() ?? "";
    if (right === "" || isNotAnOption.test(right)) return [];
    const last = lastItem(right, trueAnswer);
    const [first = "", ...others] = clause.trim().split(/\s*,\s*/);
    // Where the first item begins is told by the true answer, or else by the length of the last.
    const own = lastWords(first, wordsOf(trueAnswer));
    const begun = isSameAnswer(own, trueAnswer) ? own : lastWords(first, wordsOf(last));
    return [begun, ...others, last];
  });
}

/** Without what may follow the last of a list: "coffee in the morning". */
function lastItem(item: string, trueAnswer: string): string {
  if (isSameAnswer(item, trueAnswer)) return item;
  const [plain, truth] = [item, trueAnswer].map((text) =>
    withoutArticle(text).toLowerCase().trim(),
  );
  if (plain === undefined || truth === undefined) return item;
  const isIt = plain.startsWith(truth) && goesOn.exec(plain.slice(truth.length))?.index === 0;
  return isIt ? trueAnswer : item.replace(goesOn, "");
}

function lastWords(text: string, count: number): string {
  return text.split(/\s+/).slice(-count).join(" ");
}

function withoutArticle(item: string): string {
  return item.replace(article, "");
}

function sentenceBefore(text: string, end: number): string {
  return (
    text
      .slice(0, end)
      .split(/[.?!\n]\s/)
      .at(-1) ?? ""
  );
}

function sentenceAfter(text: string, start: number): string {
  return (
    text
      .slice(start)
      .split(/[.?!;](?:\s|$)|\n/)[0]
      ?.trim() ?? ""
  );
}

function unquoted(item: string): string {
  return item
    .trim()
    .replace(/^["'`“„«‘*_]+|["'`”“»*_.?!]+$/g, "")
    .trim();
}

function distinct(items: readonly string[]): string[] {
  const found = new Map(items.map((item) => [item.toLowerCase(), item]));
  return [...found.values()].filter((item) => item !== "");
}

function wordsOf(text: string): number {
  return text.trim().split(/\s+/).length;
}
