import { expect, it } from "vitest";
import { parseChromaUrl } from "../../../src/memory/chroma/chroma-address.js";

it.each([
  ["http://localhost:8000", { host: "localhost", port: 8000, ssl: false }],
  ["http://localhost:8000/", { host: "localhost", port: 8000, ssl: false }],
  ["https://chroma.example", { host: "chroma.example", port: 443, ssl: true }],
  ["http://chroma.example", { host: "chroma.example", port: 80, ssl: false }],
  ["http://[::1]:8000", { host: "[::1]", port: 8000, ssl: false }],
])("reads %s", (url, expected) => {
  expect(parseChromaUrl(url)).toMatchObject(expected);
});

it.each([
  "",
  "localhost:8000",
  "chroma",
  "ftp://localhost:8000",
  "http://",
  "http://localhost:99999",
  "http://localhost:8000/api/v2",
  "http://localhost:8000/?a=b",
  "http://ada:secret@localhost:8000",
])("refuses %j in one line that does not repeat a password", (url) => {
  let message = "";
  try {
    parseChromaUrl(url);
  } catch (error) {
    expect(error).toMatchObject({ code: "config-invalid" });
    message = error instanceof Error ? error.message : "";
  }
  expect(message).toMatch(/^CHROMA_URL .*; expected http:\/\/host:port .*\.$/);
  expect(message).not.toContain("secret");
});
