import { Anchor, Text, type TextProps } from "@mantine/core";
import { useState } from "react";

/** Longer text begins folded: a page of one endless paragraph helps nobody. */
const mostCharacters = 600;

/** Text that somebody wrote: never markup, in its own direction, and folded where it is long. */
export function Said({ text, ...props }: { readonly text: string } & TextProps) {
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > mostCharacters;
  // Not between the two halves of one character.
  const shown =
    isLong && !isOpen ? `${text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, "")}…` : text;
  return (
    <Text component="div" className="said" dir="auto" {...props}>
      {shown}
      {isLong && (
        <>
          {" "}
          <Anchor component="button" type="button" inherit onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Show less" : `Show all ${text.length.toLocaleString()} characters`}
          </Anchor>
        </>
      )}
    </Text>
  );
}
