import { ActionIcon, Textarea } from "@mantine/core";
import { ArrowUp, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import styles from "./chat.module.css";

/** Where one writes the next message; while an answer comes, where one stops it. */
export function Composer({
  isAnswering,
  onSay,
  onStop,
}: {
  readonly isAnswering: boolean;
  readonly onSay: (message: string) => void;
  readonly onStop: () => void;
}) {
  const [text, setText] = useState("");
  const say = () => {
    if (isAnswering || text.trim() === "") return;
    onSay(text);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of a character in input methods.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    say();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    say();
  };
  return (
    <form className={styles["composer"]} onSubmit={onSubmit}>
      <Textarea
        aria-label="Message"
        placeholder="Say or ask something"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
        autosize
        minRows={1}
        maxRows={8}
        size="md"
        flex={1}
        dir="auto"
        enterKeyHint="send"
        autoComplete="off"
      />
      {isAnswering ? (
        <ActionIcon key="stop" size={44} variant="default" aria-label="Stop" onClick={onStop}>
          <Square size={16} fill="currentColor" aria-hidden />
        </ActionIcon>
      ) : (
        <ActionIcon
          key="send"
          type="submit"
          size={44}
          aria-label="Send"
          disabled={text.trim() === ""}
        >
          <ArrowUp size={20} aria-hidden />
        </ActionIcon>
      )}
    </form>
  );
}
