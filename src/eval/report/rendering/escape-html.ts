const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML shows it, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return plainCharacters(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Without what a page may not hold (control characters, lone halves of a pair), and without marks that turn what follows. */
export function plainCharacters(text: string): string {
  const hidden = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
  return text.replace(hidden, "").toWellFormed();
}
