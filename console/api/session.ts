/** The key or token of whoever signed in, for this tab alone: it is gone when the tab is. */
const place = "persona-agent-key";
const listeners = new Set<() => void>();

export function currentKey(): string | null {
  return sessionStorage.getItem(place);
}

/** @param key - `null` signs out. */
export function setKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, key);
  for (const listener of listeners) listener();
}

export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a request must carry. */
export function signedHeaders(): Record<string, string> {
  const key = currentKey();
  return key === null ? {} : { authorization: `Bearer ${key}` };
}
