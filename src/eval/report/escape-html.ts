const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML shows it, in elements and in quoted attributes. Characters that a page may not hold are left out. */
export function escapeHtml(text: string): string {
  return (
    text
      // Control characters, lone halves of a pair, and marks that turn the direction of what follows.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "")
      .toWellFormed()
      .replace(/[&<>"']/g, (character) => entities[character] ?? "")
  );
}
