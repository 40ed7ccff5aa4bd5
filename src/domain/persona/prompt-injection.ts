/** The words between verb and object in "ignore all of the previous instructions". */
const determiners =
  "(?:(?:all|any|every|each|of|the|these|those|this|that|your|my|its|our|other|current|previous|prior|above|earlier|preceding|foregoing|existing|original|initial|system|safety|fixed|strict|hidden|secret|learned) )*";
const orders =
  "(?:instructions?|rules?|prompts?|guidelines?|directions|directives?|polic(?:y|ies)|constraints|restrictions|system message|everything above|everything before|what (?:came|stands|was said) (?:before|above))";
const secrets =
  "(?:system prompt|system message|(?:your|hidden|initial|original|secret|developer|system) (?:instructions?|prompts?|rules|guidelines|message)|api keys?|access tokens?|passwords?|credentials|environment variables?)";

/** They run on folded text: lower case, no accents, single spaces. */
const patterns: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "asks to ignore rules",
    pattern: new RegExp(
      `\\b(?:ignore|disregard|forget|override|overrule|bypass|neglect|discard|(?:do not|don't|never|stop) (?:follow(?:ing)?|obey(?:ing)?|heed(?:ing)?)) ${determiners}${orders}\\b`,
    ),
  },
  {
    // The same in German, French, Spanish, Portuguese, Italian, Russian, Chinese, Japanese: verb, then object nearby.
    what: "asks to ignore rules",
    pattern:
      /(?:\b(?:ignorier\p{L}*|missacht\p{L}*|vergiss|ignore[rz]?|oublie[rz]?|ignora[r]?|olvida[r]?|esque[cç]a|dimentica)\s(?:.{0,40})\b(?:anweisung|vorgabe|regeln|instruction|consigne|regles|instrucci|reglas|instru[cç]|regras|istruzioni|regole))|(?:игнорир|забудь).{0,40}(?:инструкц|правил|указан)|(?:忽略|无视|無視|忘记|忘記).{0,20}(?:指令|指示|规则|規則|提示|说明)|(?:指示|命令|ルール|規則).{0,10}(?:無視|忘れ)/u,
  },
  {
    what: "asks to reveal prompts or secrets",
    pattern: new RegExp(
      `\\b(?:reveal|repeat|print|show|output|disclose|leak|quote|recite|expose|share|display|write out|tell|give|send|return|include|paste)\\b.{0,40}\\b${secrets}\\b`,
    ),
  },
  {
    what: "gives the assistant another role",
    pattern:
      /\byou are now (?!(?:told|shown|given)\b)|\bfrom now on,? (?:you|act|always|never|respond|answer|reply|ignore)\b|\b(?:pretend (?:to be|that you|you are)|act as (?:if you|an? (?:dan|unrestricted|unfiltered|different|new|admin\w*|developer|root|system|jailbr\w*)))\b|\b(?:developer|god|admin|debug|jailbreak) mode\b|\bjailbreak|\bdo anything now\b|\bnew (?:system )?(?:instructions?|prompt|rules)\s?:/,
  },
  {
    what: "speaks in another role",
    pattern: /^(?:system|assistant|developer)(?: (?:prompt|message|note|override))?\s?:/,
  },
  {
    what: "holds an address",
    pattern: /\b(?:https?|ftp|file|javascript|data|wss?):\/{0,2}\S|\bwww\.\S/,
  },
  {
    what: "asks to call an address",
    pattern:
      /\b(?:visit|open|fetch|download|curl|wget|navigate to|browse to|call|request|load|post to|upload to)\b.{0,40}\b[\w-]+\.(?:com|net|org|io|ai|dev|app|co|ru|cn|xyz|site|online|info|sh)\b/,
  },
  {
    what: "asks to send data away",
    pattern:
      /\b(?:send|forward|email|e-mail|upload|transmit|exfiltrate|post)\b.{0,60}(?:\S@\S|\b(?:webhook|endpoint|server|url|e?-?mail address)\b)/,
  },
  {
    what: "asks to keep something from the user",
    pattern:
      /\b(?:do not|don't|never|without) (?:tell|telling|inform|informing|alert|alerting|notify|notifying|mention(?:ing)? (?:it|this) to) (?:the )?(?:user|person|human|owner)\b|\b(?:secret|hidden) from the (?:user|owner)\b/,
  },
  {
    what: "asks to run what it quotes",
    pattern:
      /\b(?:run|execute|eval(?:uate)?) (?:the following|this) (?:command|script|code|program|tool)\b/,
  },
];

/**
 * What in a text is an order to the assistant instead of a statement about the user, as a phrase ("asks to ignore
 * rules"); `null` when nothing is found.
 *
 * This is a lint for blunt orders in a few languages. It is no protection: a reworded order passes. Protection is in the
 * quoting of stored text, cited evidence and validation. It flags 0.2 of 1,000 ordinary sentences, mostly for a web
 * address: `docs/decisions/0017-instruction-filter.md`.
 */
export function findPromptInjection(text: string): string | null {
  const folded = fold(text);
  return patterns.find(({ pattern }) => pattern.test(folded))?.what ?? null;
}

/** What in a text could be taken for the frame of a prompt, as a phrase; `null` when nothing is found. */
export function promptMarkup(text: string): string | null {
  const folded = text.normalize("NFKC");
  if (
    /<\s*\/\s*\p{L}|(?<![\p{L}\p{N}])<\s*[\p{L}!?][^<>]*>|<\s*(?:system|assistant|user|human|developer|tool|instructions?|prompt)\b/iu.test(
      folded,
    )
  )
    return "a tag";
  if (/<\||\|>|\[\/?(?:inst|sys|system)\]|<<\s*sys/i.test(folded))
    return "a marker of a chat format";
  if (/\{\{|\}\}/.test(folded)) return "a slot of a template";
  if (/`{3}|~{3}|^\s*#{1,6}\s|!?\[[^\]]*\]\([^)]*\)/m.test(folded)) return "Markdown";
  return null;
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[’ʼ]/g, "'")
    .replaceAll(/[\s*_~`"“”]+/g, " ")
    .trim();
}
