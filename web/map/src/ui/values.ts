import type { FieldInfo } from "../api/types";
import type { Language, Text } from "../i18n/language";

/** UCUM codes as people write them. */
const units: Record<string, string> = {
  "1": "",
  m2: "m²",
  m3: "m³",
  "m3/d": "m³/d",
  "m3/h": "m³/h",
  "km/h": "km/h",
  har: "ha",
  hm2: "ha",
  "%": "%",
  Cel: "°C",
  deg: "°",
  "{VND}": "₫",
  VND: "₫",
  "VND/m2": "₫/m²",
  "{VND}/m2": "₫/m²",
};

const ZONE = "Asia/Ho_Chi_Minh";

/** A property as people read it: grouped digits, dates, units, labels of codes. "" for nothing. */
export function formatValue(
  value: unknown,
  field: Pick<FieldInfo, "type" | "unit" | "codeList">,
  language: Language,
  codes?: Record<string, Text>,
): string {
  if (value === null || value === undefined || value === "") return "";
  const code = codes?.[String(value)];
  if (code) {
    const label = language.text(code);
    return label && label !== String(value) ? `${label} (${value})` : String(value);
  }
  if (typeof value === "boolean") return language.t(value ? "yes" : "no");
  if (typeof value === "number" && (field.type === "number" || field.type === "integer")) {
    return withUnit(formatNumber(value, language), field.unit);
  }
  if (field.type === "date" || field.type === "datetime")
    return formatTime(String(value), field.type, language);
  if (typeof value === "object") return JSON.stringify(value);
  return withUnit(String(value), field.unit);
}

/** Up to four decimals, fewer for large numbers; a year stays ungrouped. */
export function formatNumber(value: number, language: Language, digits?: number): string {
  const size = Math.abs(value);
  const maximumFractionDigits = digits ?? (size >= 1000 ? 1 : size >= 10 ? 2 : 4);
  const year = Number.isInteger(value) && size >= 1000 && size <= 2999;
  return new Intl.NumberFormat(language.locale, { maximumFractionDigits, useGrouping: !year }).format(value);
}

export function withUnit(text: string, unit: string | undefined): string {
  if (!unit) return text;
  const shown = units[unit] ?? unit;
  if (!shown) return text; // UCUM's 1: a mere ratio
  return shown === "%" || shown === "°" ? text + shown : `${text}\u00a0${shown}`;
}

/** A date stays a date; a time is shown in Vietnam's zone. */
export function formatTime(text: string, type: "date" | "datetime", language: Language): string {
  const date = new Date(type === "date" ? `${text.slice(0, 10)}T00:00:00Z` : text);
  if (Number.isNaN(date.getTime())) return text;
  const day = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
  return new Intl.DateTimeFormat(
    language.locale,
    type === "date"
      ? { ...day, timeZone: "UTC" }
      : { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: ZONE },
  ).format(date);
}

/** How long ago, in the largest unit that counts. */
export function formatAge(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 5) return language.t("now");
  const age =
    seconds < 60
      ? language.t("seconds", { n: seconds })
      : seconds < 3600
        ? language.t("minutes", { n: Math.floor(seconds / 60) })
        : seconds < 86400
          ? language.t("hours", { n: Math.floor(seconds / 3600) })
          : language.t("days", { n: Math.floor(seconds / 86400) });
  return language.t("ago", { age });
}

const compass = [
  "north",
  "northeast",
  "east",
  "southeast",
  "south",
  "southwest",
  "west",
  "northwest",
] as const;

/** Degrees clockwise from north, with the name of the direction. */
export function formatBearing(degrees: number, language: Language): string {
  const name = compass[Math.round((((degrees % 360) + 360) % 360) / 45) % 8] ?? "north";
  return `${Math.round(degrees)}° ${language.t(name)}`;
}
