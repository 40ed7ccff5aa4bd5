import { ActionIcon, Button, Group, Stack, Textarea } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";

export interface EditedLine {
  readonly text: string;
  readonly tool?: string | null;
}

/** All lines of a persona, to be reworded, removed and added. */
export function EditLines({
  lines,
  onChange,
}: {
  readonly lines: readonly EditedLine[];
  readonly onChange: (lines: readonly EditedLine[]) => void;
}) {
  return (
    <Stack gap="xs">
      {lines.map(({ text, tool }, place) => (
        // Lines have no name but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <Group key={place} gap="xs" wrap="nowrap" align="flex-start">
          <Textarea
            aria-label={`Line ${place + 1}`}
            autosize
            flex={1}
            value={text}
            onChange={({ currentTarget }) =>
              onChange(
                lines.with(place, {
                  ...(tool !== undefined && { tool }),
                  text: currentTarget.value,
                }),
              )
            }
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`Remove line ${place + 1}`}
            onClick={() => onChange(lines.toSpliced(place, 1))}
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<Plus size={16} aria-hidden />}
          onClick={() => onChange([...lines, { text: "" }])}
        >
          Add a line
        </Button>
      </Group>
    </Stack>
  );
}
