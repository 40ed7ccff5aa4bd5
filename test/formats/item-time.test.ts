import { describe, expect, it } from "vitest";
import { parseItemTime } from "../../src/formats/item-time.js";

describe("parseItemTime", () => {
  it.each([
    ["2024-05-01T09:30:00Z", "2024-05-01T09:30:00.000Z", false],
    ["2024-05-01T09:30:00.123456Z", "2024-05-01T09:30:00.123Z", false],
    ["2024-05-01T09:30:00+02:00", "2024-05-01T07:30:00.000Z", false],
    ["2024-05-01T09:30:00", "2024-05-01T09:30:00.000Z", false],
    ["2024-05-01 09:30", "2024-05-01T09:30:00.000Z", false],
    ["2024-02-29", "2024-02-29T00:00:00.000Z", true],
    ["2024-05", "2024-05-01T00:00:00.000Z", true],
    ["1979", "1979-01-01T00:00:00.000Z", true],
    ["1714555800", "2024-05-01T09:30:00.000Z", false],
    ["1714555800123", "2024-05-01T09:30:00.123Z", false],
    [" 0001 ", "0001-01-01T00:00:00.000Z", true],
  ])("reads %j", (text, at, coarse) => {
    expect(parseItemTime(text)).toEqual({ at, coarse });
  });

  it.each([
    "",
    "yesterday",
    "2023-02-29",
    "2024-13",
    "2024-5-1",
    "05/01/2024",
    "17145558",
    "+012024-01-01",
    "24",
  ])("refuses %j", (text) => {
    expect(parseItemTime(text)).toBeNull();
  });
});
