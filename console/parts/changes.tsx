import { Stack, Text } from "@mantine/core";
import { diffLines, diffWordsWithSpace } from "diff";
import { Fragment, type ReactNode, useMemo } from "react";
import type { Result } from "../api/client.js";
import styles from "./changes.module.css";
import { counted } from "./counted.js";

type Comparison = Pick<Result<"diff">, "added" | "changed" | "removed" | "paperText">;
type Line = Comparison["added"][number];

/** Longer texts are compared by whole lines: word by word takes the browser too long. */
const mostCharactersByWord = 20_000;

/** What differs between two versions of a persona, for a person to read. */
export function Changes({ comparison }: { readonly comparison: Comparison }) {
  const { added, changed, removed, paperText } = comparison;
  const isSame =
    added.length + changed.length + removed.length === 0 &&
    (paperText === undefined || paperText.before === paperText.after);
  if (isSame) return <Text c="dimmed">Nothing: both say the same.</Text>;
  return (
    <Stack gap="xs" component="ul" m={0} p={0} className={styles["list"] ?? ""}>
      {added.map((line) => (
        <Change key={line.text} what="Added" tone="added" line={line}>
          {line.text}
        </Change>
      ))}
      {changed.map(({ before, after }) => (
        <Change key={after.text} what="Reworded" tone="changed" line={after}>
          <Words before={before.text} after={after.text} />
        </Change>
      ))}
      {removed.map((line) => (
        <Change key={line.text} what="Removed" tone="removed" line={line}>
          {line.text}
        </Change>
      ))}
      {paperText && paperText.before !== paperText.after && (
        <Change what="The whole text" tone="changed">
          <Words before={paperText.before ?? ""} after={paperText.after ?? ""} />
        </Change>
      )}
    </Stack>
  );
}

function Change({
  what,
  tone,
  line,
  children,
}: {
  readonly what: string;
  readonly tone: "added" | "changed" | "removed";
  readonly line?: Line;
  readonly children: ReactNode;
}) {
  return (
    <li className={`${styles["change"]} ${styles[tone]}`}>
      <Text size="xs" fw={650} className={styles["what"] ?? ""}>
        {what}
      </Text>
      <div>
        <Text component="div" className="said" dir="auto">
          {children}
        </Text>
        {line && (
          <Text size="xs" c="dimmed">
            {line.tool !== null && <>about {line.tool} · </>}
            rests on {counted(line.evidence.length, "interaction")}
          </Text>
        )}
      </div>
    </li>
  );
}

/** One text that became another: what went is struck out, what came is marked. */
function Words({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(
    () =>
      before.length + after.length > mostCharactersByWord
        ? diffLines(before, after)
        : diffWordsWithSpace(before, after),
    [before, after],
  );
  return parts.map(({ value, added, removed }, place) => {
    // The parts have no names of their own, and never change places.
    const key = `${place}`;
    if (added) return <ins key={key}>{value}</ins>;
    if (removed) return <del key={key}>{value}</del>;
    return <Fragment key={key}>{value}</Fragment>;
  });
}
