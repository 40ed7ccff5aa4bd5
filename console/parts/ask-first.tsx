import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Problem } from "./states.js";

/** Asks before something is done that cannot be undone by itself. */
export function AskFirst({
  title,
  isOpen,
  onClose,
  doIt,
  onDo,
  isBusy = false,
  isDangerous = false,
  isReady = true,
  error,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What the button says, such as `Delete 3 interactions`. */
  readonly doIt: string;
  readonly onDo: () => void;
  readonly isBusy?: boolean;
  readonly isDangerous?: boolean;
  readonly isReady?: boolean;
  readonly error?: unknown;
  readonly children: ReactNode;
}) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ title: { fontWeight: 650, fontSize: "1.1rem" } }}
    >
      <Stack gap="md">
        {children}
        {error !== undefined && error !== null && <Problem error={error} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            Cancel
          </Button>
          <Button
            color={isDangerous ? "red.9" : "ink"}
            onClick={onDo}
            loading={isBusy}
            disabled={!isReady}
          >
            {doIt}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
