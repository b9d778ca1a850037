import { describe, expect, it } from "vitest";
import { Language } from "../i18n/language";
import { formatAge, formatBearing, formatNumber, formatTime, formatValue } from "./values";

const vi = new Language("vi");
const en = new Language("en");

describe("formatValue", () => {
  it("groups digits as the language does and adds the unit", () => {
    const field = { type: "number", unit: "m2" } as const;
    expect(formatValue(12345.67, field, vi)).toBe("12.345,7\u00a0m²");
    expect(formatValue(12345.67, field, en)).toBe("12,345.7\u00a0m²");
    expect(formatValue(6.4, { type: "number", unit: "1" }, vi)).toBe("6,4");
    expect(formatNumber(2026, vi)).toBe("2026");
    expect(formatNumber(0.12345, en)).toBe("0.1235");
  });

  it("names codes in the language", () => {
    const codes = { ODT: { vi: "Đất ở đô thị", en: "Urban housing" } };
    expect(formatValue("ODT", { type: "string" }, vi, codes)).toBe("Đất ở đô thị (ODT)");
    expect(formatValue("ODT", { type: "string" }, en, codes)).toBe("Urban housing (ODT)");
    expect(formatValue("XYZ", { type: "string" }, en, codes)).toBe("XYZ");
  });

  it("shows nothing for nothing, and truth in words", () => {
    expect(formatValue(null, { type: "string" }, vi)).toBe("");
    expect(formatValue(0, { type: "integer" }, vi)).toBe("0");
    expect(formatValue(false, { type: "boolean" }, vi)).toBe("Không");
  });

  it("keeps a date a date and shows a time in Vietnam's zone", () => {
    expect(formatTime("2026-03-01", "date", vi)).toBe("01/03/2026");
    expect(formatTime("2026-03-01T20:15:00Z", "datetime", en)).toBe("02/03/2026, 03:15:00");
    expect(formatTime("soon", "date", vi)).toBe("soon");
  });
});

describe("ages and bearings", () => {
  it.each([
    [1000, "vừa xong"],
    [42_000, "42 giây trước"],
    [125_000, "2 phút trước"],
    [7_300_000, "2 giờ trước"],
    [200_000_000, "2 ngày trước"],
  ])("%d ms", (ms, want) => expect(formatAge(ms, vi)).toBe(want));

  it("names the direction", () => {
    expect(formatBearing(359, en)).toBe("359° north");
    expect(formatBearing(134, vi)).toBe("134° Đông Nam");
  });
});
