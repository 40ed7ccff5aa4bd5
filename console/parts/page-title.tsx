import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

/** Set once one has been anywhere: the first page that opens takes the focus from nothing. */
let hasOpened = false;

/** The heading of a view. It takes the focus when the view opens, so that a screen reader says where one is. */
export function PageTitle({
  title,
  about,
  actions,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Persona console`;
    if (hasOpened) heading.current?.focus({ preventScroll: true });
    hasOpened = true;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" gap="md" mb="lg">
      <Stack gap={4} maw={640}>
        <Title order={1} size="h2" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {about !== undefined && (
          <Text c="dimmed" component="div">
            {about}
          </Text>
        )}
      </Stack>
      {actions}
    </Group>
  );
}
