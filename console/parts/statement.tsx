import { Text, type TextProps } from "@mantine/core";
import { Said } from "./said.js";

/** A statement of the profile. What was counted stands behind it in brackets; here it is a remark. */
export function Statement({ text, ...props }: { readonly text: string } & TextProps) {
  const [, words = text, counts] = /^(.*?)\s*\[counted: ([^\]]*)\]\s*$/s.exec(text) ?? [];
  return (
    <div>
      <Said text={words} {...props} />
      {counts !== undefined && (
        <Text size="sm" c="dimmed">
          Counted: {counts}
        </Text>
      )}
    </div>
  );
}
