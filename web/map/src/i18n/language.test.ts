import { describe, expect, it, vi } from "vitest";
import { en } from "./en";
import { Language, preferredLanguage } from "./language";
import { vi as vietnamese } from "./vi";

describe("Language", () => {
  it("has the same words with the same places in both languages", () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(vietnamese) as (keyof typeof vietnamese)[]) {
      expect(en[key], key).toBeTruthy();
      expect(places(en[key]), key).toEqual(places(vietnamese[key]));
    }
  });

  it("fills in values and falls back to the other language", () => {
    const language = new Language("vi");
    expect(language.t("features", { count: "1.200" })).toBe("1.200 đối tượng");
    expect(language.text({ en: "Roads" })).toBe("Roads");
    expect(language.text({ vi: "Đường", en: "Roads" })).toBe("Đường");
    expect(language.text(undefined)).toBe("");
  });

  it("tells listeners until they leave", () => {
    const language = new Language("vi");
    const heard = vi.fn();
    const stop = language.onChange(heard);
    language.set("en");
    language.set("en");
    stop();
    language.set("vi");
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("takes the browser's preference", () => {
    expect(preferredLanguage(["fr-FR", "en-US", "vi"])).toBe("en");
    expect(preferredLanguage(["vi-VN"])).toBe("vi");
    expect(preferredLanguage([])).toBe("vi");
  });
});
