import picocolors from "picocolors";

/**
 * Colours for one stream: where it is a terminal that wants them. picocolors alone asks the environment, and
 * colours what is piped into a file as soon as `CI` is set.
 */
export function colorsFor(stream: { readonly isTTY?: boolean }) {
  return picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported);
}
