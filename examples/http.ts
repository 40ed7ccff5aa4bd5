// The agent over HTTP, from any language: each verb of the library is a route, and `/openapi.json` describes them all.
// `npm run dev` starts the server; here it runs in a temporary folder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-example-"));
const words = ["--import", "tsx", "src/cli/main.ts", "dev", "--port", "0", "--json"];
const server = spawn(process.execPath, [...words, "--data-dir", dataDir], {
  stdio: ["ignore", "pipe", "ignore"],
});
const exited = once(server, "exit");
try {
  // One line of JSON; nothing if it could not start.
  const lines = createInterface({ input: server.stdout });
  const [line = "{}"] = (await Promise.race([once(lines, "line"), exited])) as [string?];
  const { url } = JSON.parse(line) as { readonly url: string };

  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    // An error is {error: {code, message, requestId}}, with a status that fits.
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Record<string, unknown>;
  };

  await send("POST", "/users/ines/episodes", { id: "note-17", query: "I never eat mushrooms." });
  const turn = await send("POST", "/users/ines/ask", { message: "What do I never eat?" });
  console.log(turn["answer"]);
  await send("PATCH", `/users/ines/episodes/${String(turn["episodeId"])}`, {
    answer: "Mushrooms.",
  });
  console.log(await send("GET", "/users/ines/status"));

  // What takes long tells its progress when asked for events.
  const items = [{ user: "bo", query: "Tea or coffee?", answer: "Tea.", at: "2026-03-01" }];
  const stream = await fetch(`${url}/import`, {
    method: "POST",
    headers: { accept: "text/event-stream" },
    body: JSON.stringify({ items }),
  });
  for await (const text of stream.body?.pipeThrough(new TextDecoderStream()) ?? [])
    console.log(text.trim());

  console.log(await send("DELETE", "/users/ines"));
} finally {
  server.kill("SIGTERM");
  await exited;
  await rm(dataDir, { recursive: true, force: true });
}
