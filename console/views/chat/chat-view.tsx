import { Button, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { MessageSquarePlus } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { useKept } from "../../api/kept.js";
import { PageTitle } from "../../parts/page-title.js";
import { Empty } from "../../parts/states.js";
import { ChatTurn } from "./chat-turn.js";
import styles from "./chat.module.css";
import { Composer } from "./composer.js";
import { conversationWith, type Turn } from "./conversation.js";
import { LearningNews } from "./learning-news.js";

/** One talks with the agent, sees what each answer was made from, and says whether it was right. */
export default function ChatView({ user }: { readonly user: string }) {
  const conversation = conversationWith(user);
  const turns = useKept(conversation.turns);
  useReadAgain(user, turns.filter(({ state }) => state === "answered").length);
  const isAnswering = turns.at(-1)?.state === "answering";
  const end = useRef<HTMLDivElement>(null);
  useFollowedEnd(end, turns);
  return (
    <div className={styles["page"]}>
      <PageTitle
        title="Chat"
        about={
          <>
            You talk as <bdi>{user}</bdi>. What you say is remembered, and your verdicts are what it
            learns from.
          </>
        }
        actions={
          turns.length > 0 && (
            <Button
              variant="default"
              leftSection={<MessageSquarePlus size={16} aria-hidden />}
              onClick={conversation.clear}
            >
              New conversation
            </Button>
          )
        }
      />
      {turns.length === 0 && (
        <Empty title="Nothing said yet">
          Tell it something about yourself, or ask what it knows. Below each answer you see what it
          was made from. The conversation stays until the page is loaded anew; what was said stays
          among the interactions.
        </Empty>
      )}
      <div role="log" aria-label="Conversation" aria-busy={isAnswering}>
        <Stack component="ol" gap={28} m={0} p={0} className={styles["turns"] ?? ""}>
          {turns.map((turn, place) => (
            <ChatTurn
              key={turn.key}
              user={user}
              turn={turn}
              onRetry={place === turns.length - 1 ? conversation.retry : undefined}
            />
          ))}
        </Stack>
      </div>
      <LearningNews user={user} turns={turns} />
      <div ref={end} />
      <Composer isAnswering={isAnswering} onSay={conversation.say} onStop={conversation.stop} />
    </div>
  );
}

/** What is shown of the user elsewhere is old after each answer. */
function useReadAgain(user: string, answers: number): void {
  const client = useQueryClient();
  useEffect(() => {
    if (answers === 0) return;
    void client.invalidateQueries({ queryKey: ["user", user] });
    void client.invalidateQueries({ queryKey: ["users"] });
  }, [client, user, answers]);
}

/** Keeps the end in view while it grows, unless the reader went elsewhere. */
function useFollowedEnd(end: RefObject<HTMLDivElement | null>, turns: readonly Turn[]): void {
  const isAtEnd = useRef(true);
  useEffect(() => {
    const look = () => {
      const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
      isAtEnd.current = scrollHeight - clientHeight - scrollTop < 160;
    };
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  const count = useRef(turns.length);
  useEffect(() => {
    const isNew = turns.length > count.current;
    count.current = turns.length;
    if (isNew || (isAtEnd.current && turns.length > 0))
      end.current?.scrollIntoView({ block: "end" });
  }, [turns, end]);
}
