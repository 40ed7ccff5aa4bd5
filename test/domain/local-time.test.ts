import { describe, expect, it } from "vitest";
import {
  localDay,
  localTime,
  parsePeriod,
  utcDaysOf,
  weekdayOf,
} from "../../src/domain/local-time.js";

describe("parsePeriod", () => {
  it.each([
    ["2024", "2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"],
    ["2024-12", "2024-12-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z"],
    ["0050", "0050-01-01T00:00:00.000Z", "0051-01-01T00:00:00.000Z"],
    ["9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
    ["2024-03-09T18:30", "2024-03-09T18:30:00.000Z", "2024-03-09T18:30:00.000Z"],
    ["2024-03-09 18:30:15", "2024-03-09T18:30:15.000Z", "2024-03-09T18:30:15.000Z"],
    ["2024-03-09T18:30:00+02:00", "2024-03-09T16:30:00.000Z", "2024-03-09T16:30:00.000Z"],
    ["2024-03-09T18:30+02", "2024-03-09T16:30:00.000Z", "2024-03-09T16:30:00.000Z"],
    ["2024-03-09 18:30-0530", "2024-03-10T00:00:00.000Z", "2024-03-10T00:00:00.000Z"],
    [
      "2024-03-09T18:30-05:00[America/New_York]",
      "2024-03-09T23:30:00.000Z",
      "2024-03-09T23:30:00.000Z",
    ],
    ["2024-03-09T18:30[America/New_York]", "2024-03-09T23:30:00.000Z", "2024-03-09T23:30:00.000Z"],
  ])("reads %s", (text, start, end) => {
    expect(parsePeriod(text, "UTC")).toEqual({ start, end });
  });

  it.each([
    "",
    "yesterday",
    "2024-13",
    "2023-02-29",
    "2024-3-9",
    "24",
    "2024-03-09T25:00Z",
    "2024-03-09T18:30[Nowhere/Town]",
  ])("refuses %j", (text) => {
    expect(parsePeriod(text, "UTC")).toBeNull();
  });

  it.each([
    ["2024-03-09", "Europe/Paris", "2024-03-08T23:00:00.000Z", "2024-03-09T23:00:00.000Z"],
    // The clocks go forward: a day of 23 hours.
    ["2024-03-31", "Europe/Paris", "2024-03-30T23:00:00.000Z", "2024-03-31T22:00:00.000Z"],
    ["2024", "America/New_York", "2024-01-01T05:00:00.000Z", "2025-01-01T05:00:00.000Z"],
    ["2024-03-09T18:30", "Asia/Tokyo", "2024-03-09T09:30:00.000Z", "2024-03-09T09:30:00.000Z"],
    ["2024-03-09T18:30Z", "Asia/Tokyo", "2024-03-09T18:30:00.000Z", "2024-03-09T18:30:00.000Z"],
  ])("reads %s in %s", (text, timeZone, start, end) => {
    expect(parsePeriod(text, timeZone)).toEqual({ start, end });
  });
});

describe("a time where the user is", () => {
  it.each([
    ["2024-03-09T23:30:00.000Z", "Europe/Paris", "2024-03-10 00:30", "Sunday"],
    ["2024-07-09T03:30:00.000Z", "America/New_York", "2024-07-08 23:30", "Monday"],
    ["2024-03-09T18:30:00.000Z", "UTC", "2024-03-09 18:30", "Saturday"],
  ])("of %s in %s is %s, a %s", (at, timeZone, time, weekday) => {
    expect(localTime(at, timeZone)).toBe(time);
    expect(localDay(at, timeZone)).toBe(time.slice(0, 10));
    expect(weekdayOf(at, timeZone)).toBe(weekday);
  });

  it("of a day without a time is that day everywhere", () => {
    expect(localTime("2024-03-09T00:00:00.000Z", "America/New_York")).toBe("2024-03-09");
    expect(localTime("2024-03-09T00:00:00.000Z", "Asia/Tokyo")).toBe("2024-03-09");
    expect(localDay("2024-03-09T00:00:00.000Z", "America/New_York")).toBe("2024-03-09");
    expect(weekdayOf("2024-03-09T00:00:00.000Z", "America/New_York")).toBe("Saturday");
  });

  it("lies in up to two days of UTC", () => {
    expect(utcDaysOf("2024-03-09", "UTC")).toEqual(["2024-03-09"]);
    expect(utcDaysOf("2024-03-09", "Asia/Tokyo")).toEqual(["2024-03-09", "2024-03-08"]);
    expect(utcDaysOf("2024-03-09", "America/New_York")).toEqual(["2024-03-09", "2024-03-10"]);
    expect(utcDaysOf("2024-02-31", "UTC")).toEqual(["2024-02-31", "2024-02-29"]);
  });
});
