import { Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import icon from "../assets/icon.svg";
import { api, RequestError, unwrap } from "../api/client.js";
import { setKey } from "../api/session.js";
import styles from "./sign-in.module.css";

/** A key or a token says who somebody is. It is kept in this tab alone. */
export function SignIn() {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const enter = async (event: FormEvent) => {
    event.preventDefault();
    const key = text.trim();
    if (!/^\S+$/.test(key)) return setProblem("Paste a key or token; it is one word.");
    setBusy(true);
    try {
      await unwrap(api.GET("/whoami", { headers: { authorization: `Bearer ${key}` } }));
      setKey(key);
    } catch (error) {
      const isUnknown = error instanceof RequestError && error.status === 401;
      setProblem(isUnknown ? "The server does not take this key or token." : String(error));
    } finally {
      setBusy(false);
    }
    return undefined;
  };

  return (
    <main className={styles["place"]}>
      <form className={`card ${styles["form"]}`} onSubmit={(event) => void enter(event)}>
        <Stack gap="md">
          <img src={icon} alt="" width={40} height={40} />
          <div>
            <Title order={1} size="h3">
              Sign in
            </Title>
            <Text c="dimmed">See what the agent has learned about you, and change it.</Text>
          </div>
          <PasswordInput
            label="Key or token"
            description="From whoever runs this server. It is forgotten when you close this tab."
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            error={problem}
            autoComplete="off"
          />
          <Button type="submit" loading={isBusy}>
            Sign in
          </Button>
        </Stack>
      </form>
    </main>
  );
}
