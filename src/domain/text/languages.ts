import { stemmer as englishStemmer } from "@orama/stemmers/english";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { stemmer as italian } from "@orama/stemmers/italian";
import { stemmer as portuguese } from "@orama/stemmers/portuguese";
import { stemmer as dutch } from "@orama/stemmers/dutch";
import { stemmer as swedish } from "@orama/stemmers/swedish";
import { stemmer as norwegian } from "@orama/stemmers/norwegian";
import { stemmer as danish } from "@orama/stemmers/danish";
import { stemmer as finnish } from "@orama/stemmers/finnish";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as turkish } from "@orama/stemmers/turkish";
import { stemmer as greek } from "@orama/stemmers/greek";
import { stemmer as hungarian } from "@orama/stemmers/hungarian";
import { stemmer as romanian } from "@orama/stemmers/romanian";
import { stemmer as indonesian } from "@orama/stemmers/indonesian";
import { stemmer as arabic } from "@orama/stemmers/arabic";
import { stopwords as englishStops } from "@orama/stopwords/english";
import { stopwords as germanStops } from "@orama/stopwords/german";
import { stopwords as frenchStops } from "@orama/stopwords/french";
import { stopwords as spanishStops } from "@orama/stopwords/spanish";
import { stopwords as italianStops } from "@orama/stopwords/italian";
import { stopwords as portugueseStops } from "@orama/stopwords/portuguese";
import { stopwords as dutchStops } from "@orama/stopwords/dutch";
import { stopwords as swedishStops } from "@orama/stopwords/swedish";
import { stopwords as norwegianStops } from "@orama/stopwords/norwegian";
import { stopwords as danishStops } from "@orama/stopwords/danish";
import { stopwords as finnishStops } from "@orama/stopwords/finnish";
import { stopwords as russianStops } from "@orama/stopwords/russian";
import { stopwords as turkishStops } from "@orama/stopwords/turkish";
import { stopwords as greekStops } from "@orama/stopwords/greek";
import { stopwords as hungarianStops } from "@orama/stopwords/hungarian";
import { stopwords as romanianStops } from "@orama/stopwords/romanian";
import { stopwords as indonesianStops } from "@orama/stopwords/indonesian";
import { stopwords as arabicStops } from "@orama/stopwords/arabic";
import { splitWords } from "./split-words.js";

/** A language that words can be reduced in to what their forms have in common. */
export interface Language {
  /** BCP 47, as `Intl` takes it. */
  readonly code: string;
  /** Snowball's stem of a lower-case word. */
  readonly stem: (word: string) => string;
  /** Words that tell no two texts apart, without accents. */
  readonly stopWords: ReadonlySet<string>;
}

/** What the library's English list leaves out: an article, some function words, and words of asking. */
const moreEnglish =
  "a ain also else even ever every get give go got just know like ma mightn much need now o one please really say tell thing things want well without y yes";

/** Dropping diacritics lets "creme" find "crème"; vowel signs of other scripts are letters and stay. */
export function withoutAccents(word: string): string {
  return beyondAscii.test(word) ? word.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "") : word;
}

const beyondAscii = /[^\p{ASCII}]/u;

function language(
  code: string,
  stem: (word: string) => string,
  stops: readonly string[],
  others = "",
): Language {
  const words = [...stops, ...others.split(" ")].flatMap(splitWords);
  return { code, stem, stopWords: new Set(words.map(withoutAccents)) };
}

const english = language("en", englishStemmer, englishStops, moreEnglish);
const byScript = [
  {
    script: /\p{Script=Latin}/u,
    ...languagesWith([
      english,
      language("de", german, germanStops),
      language("fr", french, frenchStops),
      language("es", spanish, spanishStops),
      language("it", italian, italianStops),
      language("pt", portuguese, portugueseStops),
      language("nl", dutch, dutchStops),
      language("sv", swedish, swedishStops),
      language("nb", norwegian, norwegianStops),
      language("da", danish, danishStops),
      language("fi", finnish, finnishStops),
      language("tr", turkish, turkishStops),
      language("hu", hungarian, hungarianStops),
      language("ro", romanian, romanianStops),
      language("id", indonesian, indonesianStops),
    ]),
  },
  { script: /\p{Script=Cyrillic}/u, ...languagesWith([language("ru", russian, russianStops)]) },
  { script: /\p{Script=Greek}/u, ...languagesWith([language("el", greek, greekStops)]) },
  { script: /\p{Script=Arabic}/u, ...languagesWith([language("ar", arabic, arabicStops)]) },
];

/** Languages of a script, and by word the places of those that it is a stop word of: one look a word, not one a language. */
function languagesWith(languages: readonly Language[]) {
  const stopWordOf = new Map<string, number[]>();
  for (const [place, { stopWords }] of languages.entries())
    for (const word of stopWords) stopWordOf.set(word, [...(stopWordOf.get(word) ?? []), place]);
  return { languages, stopWordOf };
}

/**
 * The languages that a text may be in, the likeliest first: those with most of its words among their stop words. A text
 * without a stop word may be in any language of its script. Empty for scripts without one.
 */
export function languagesOf(words: readonly string[]): readonly Language[] {
  const text = words.join(" ");
  const script = byScript.find((each) => each.script.test(text));
  if (script === undefined) return [];
  const hits = script.languages.map(() => 0);
  for (const word of words)
    for (const place of script.stopWordOf.get(withoutAccents(word)) ?? [])
      hits[place] = (hits[place] ?? 0) + 1;
  const most = Math.max(...hits);
  return script.languages.filter((_, place) => hits[place] === most);
}

/** Whether a word is a stop word of any of the languages, in lower case. */
export function isAnyStopWord(word: string): boolean {
  const plain = withoutAccents(word);
  return byScript.some(({ languages }) => languages.some(({ stopWords }) => stopWords.has(plain)));
}
