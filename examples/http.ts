// The agent over HTTP, from any language: each verb of the library is a route, and `/openapi.json` describes them all.
// `npm run dev` starts the server; here it runs in a temporary folder.
import { serverUrl } from "./loopback/dev-server.js";

const send = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${serverUrl}${path}`, {
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
const stream = await fetch(`${serverUrl}/import`, {
  method: "POST",
  headers: { accept: "text/event-stream" },
  body: JSON.stringify({ items }),
});
for await (const text of stream.body?.pipeThrough(new TextDecoderStream()) ?? [])
  console.log(text.trim());

console.log(await send("DELETE", "/users/ines"));
