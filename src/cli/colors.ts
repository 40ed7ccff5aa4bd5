import picocolors from "picocolors";

/**
 * Colours for one stream: where it is a terminal that wants them. picocolors alone asks the environment, and
 * colours what is piped into a file as soon as `CI` is set.
 */
export function colorsFor(stream: { readonly isTTY?: boolean }) {
  return picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported);
}

/** `1 user`, `2 users`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
