import { Button, Group, Text } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";

/**
 * Pages of a list that is read from its newest end, each by the last id of the page before.
 *
 * @returns The id that the present page is before, and what the buttons need.
 */
export function usePages() {
  const [ends, setEnds] = useState<readonly string[]>([]);
  return {
    before: ends.at(-1),
    page: ends.length + 1,
    older: (last: string) => setEnds([...ends, last]),
    newer: () => setEnds(ends.slice(0, -1)),
    first: () => setEnds([]),
  };
}

export function Pager({
  pages,
  last,
}: {
  readonly pages: ReturnType<typeof usePages>;
  /** The last id of the present page; `undefined` where it is the last page. */
  readonly last: string | undefined;
}) {
  if (pages.page === 1 && last === undefined) return null;
  return (
    <Group component="nav" aria-label="Pages" justify="space-between" mt="lg">
      <Button
        variant="default"
        leftSection={<ChevronLeft size={16} aria-hidden />}
        disabled={pages.page === 1}
        onClick={pages.newer}
      >
        Newer
      </Button>
      <Text c="dimmed" size="sm" aria-live="polite">
        Page {pages.page}
      </Text>
      <Button
        variant="default"
        rightSection={<ChevronRight size={16} aria-hidden />}
        disabled={last === undefined}
        onClick={() => last !== undefined && pages.older(last)}
      >
        Older
      </Button>
    </Group>
  );
}
