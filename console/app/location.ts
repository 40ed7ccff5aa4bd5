import { useBrowserLocation, useSearch } from "wouter/use-browser-location";

/**
 * The router's view of the address. It decodes an address by a function that leaves some escapes as they are, so that a
 * user named `50%` and one named `50%25` would have the same; escaped once more, its parts arrive as they stand.
 */
export const useRawLocation: typeof useBrowserLocation = (options) => {
  const [path, go] = useBrowserLocation(options);
  return [escaped(path), go];
};

export const useRawSearch: typeof useSearch = (options) => escaped(useSearch(options));

/** The address of a page about a user, for links and `go`. */
export function addressOf(user: string, page = ""): string {
  return `/users/${encodeURIComponent(user)}${page === "" ? "" : `/${page}`}`;
}

/** The user that an address names, from the part of it that does. */
export function userIn(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25");
}
