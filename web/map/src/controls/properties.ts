import type { CollectionInfo, FieldInfo } from "../api/types";
import type { Language, Text } from "../i18n/language";
import { el } from "../ui/dom";
import { formatValue } from "../ui/values";

/** Attributes by their titles, in the catalogue's order; empty ones are left out. */
export function propertyTable(
  properties: Record<string, unknown>,
  info: CollectionInfo | undefined,
  codeLists: Record<string, Record<string, Text>>,
  language: Language,
): HTMLElement {
  const fields = info?.fields ?? [];
  const known = new Set(fields.map((f) => f.name));
  const rest: FieldInfo[] = Object.keys(properties)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, type: typeof properties[name] === "number" ? "number" : "string" }));
  const list = el("dl", { class: "properties" });
  for (const field of [...fields, ...rest]) {
    const codes = field.codeList ? codeLists[field.codeList] : undefined;
    const text = formatValue(properties[field.name], field, language, codes);
    if (!text) continue;
    const numeric = field.type === "number" || field.type === "integer";
    list.append(
      el("dt", { text: language.text(field.title) || field.name, title: field.name }),
      el("dd", { class: numeric ? "number" : "" }, ...value(text)),
    );
  }
  return list.children.length ? list : el("p", { class: "empty", text: language.t("noAttributes") });
}

/** A web address becomes a link; nothing else is more than text. */
function value(text: string): (Node | string)[] {
  if (!/^https?:\/\/\S+$/.test(text)) return [text];
  return [el("a", { href: text, target: "_blank", rel: "noopener noreferrer", text })];
}
