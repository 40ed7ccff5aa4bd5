/** What keys look like in the texts of servers, whole or masked, in headers and in addresses. */
const keyForms = [
  /\b(?:sk|rk|pk|gsk|xai|hf|nvapi|pplx|tgp)[-_](?:[\w*-]|\.{2,}|…){4,}/gi,
  // Not `key_not_found`, which is a code.
  /\bkey[-_](?=\S*\d)(?:[\w*-]|\.{2,}|…){4,}/gi,
  /\bAIza[\w*-]{8,}|\bA(?:KIA|SIA|BSK)[\w+/=]{12,}|\beyJ[\w-]{8,}(?:\.[\w-]+)*/g,
  /\bBearer\s+[^\s"',;]+|\bBasic\s+(?=\S*[\d=])[\w+/]{8,}=*/gi,
  /[\w-]*\*{3,}[\w-]*/g,
  /(?<=:\/\/)[^\s/@]+(?=@)/g,
  /(?<=\b(?:api[-_]?key|key|token|secret|password|signature)=)[^\s&"',;)]+/gi,
];

/** The text without anything that looks like a key. */
export function blotKeys(text: string): string {
  return keyForms.reduce((blotted, form) => blotted.replaceAll(form, "[key]"), text);
}

/**
 * Blots out these secrets: themselves, as part of an address, and masked, with their first or last letters shown.
 *
 * @param texts - A key, or the value of a header, of which each word may be one. Short words are none, as `ollama`.
 */
export function blotterOf(texts: readonly string[]): (text: string) => string {
  const secrets = texts
    .flatMap((text) => [text, ...text.split(/[\s,;=]+/)])
    .filter(({ length }) => length >= 8)
    .toSorted((a, b) => b.length - a.length);
  const masks = String.raw`(?:\*{2,}|\.{2,}|…)`;
  const forms = secrets.flatMap((secret) => [
    escaped(secret),
    escaped(encodeURIComponent(secret)),
    `${escaped(secret.slice(0, 4))}[\\w-]*${masks}[\\w-]*`,
    `${masks}[\\w-]*${escaped(secret.slice(-4))}`,
  ]);
  if (forms.length === 0) return (text) => text;
  const any = new RegExp(forms.join("|"), "g");
  return (text) => text.replaceAll(any, "[key]");
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w]/g, "\\$&");
}
