type Child = Node | string | undefined | false;

interface Properties {
  class?: string;
  text?: string;
  title?: string;
  type?: string;
  href?: string;
  target?: string;
  rel?: string;
  id?: string;
  hidden?: boolean;
  disabled?: boolean;
  checked?: boolean;
  placeholder?: string;
  autocomplete?: string;
  name?: string;
  required?: boolean;
  tabindex?: number;
  /** role, aria-* and data-* attributes. */
  attributes?: Record<string, string>;
}

/** Makes an element; texts are text nodes, so nothing in them is markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  const { class: className, text, attributes, hidden, tabindex, ...rest } = properties;
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (hidden) node.hidden = true;
  if (tabindex !== undefined) node.tabIndex = tabindex;
  for (const [name, value] of Object.entries(rest)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  for (const child of children) if (child) node.append(child);
  if (rest.checked && node instanceof HTMLInputElement) node.checked = true;
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(
  tag: string,
  attributes: Record<string, string | number>,
  ...children: Node[]
): SVGElement {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const glyphs = {
  close: "M6 6 18 18M18 6 6 18",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20 20",
  layers: "M12 3 3 8l9 5 9-5ZM4 12.5l8 4.5 8-4.5M4 16.5l8 4.5 8-4.5",
  chevron: "m9 6 6 6-6 6",
  target: "M12 4v3M12 17v3M4 12h3M17 12h3M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  link: "M10 14a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7L11.5 7.500M14 10a4 4 0 0 0-6-.4l-2.600 2.600a4 4 0 0 0 5.700 5.700l1.400-1.400",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.500 20a7.500 7.500 0 0 1 15 0",
  home: "M4 11.500 12 5l8 6.500M6.500 10v9h11v-9",
  globe:
    "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM3.500 12h17M12 3.500c-5 5-5 12 0 17M12 3.500c5 5 5 12 0 17",
} as const;

/** A line icon of 24 units in the colour of its text; hidden from readers. */
export function glyph(name: keyof typeof glyphs): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "glyph", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: glyphs[name] }),
  );
}

/** A button with an icon and a name for readers and as its tooltip. */
export function iconButton(name: keyof typeof glyphs, label: string, className = ""): HTMLButtonElement {
  return el(
    "button",
    {
      type: "button",
      class: `icon-button ${className}`.trim(),
      title: label,
      attributes: { "aria-label": label },
    },
    glyph(name),
  );
}

export function setLabel(button: HTMLElement, label: string): void {
  button.title = label;
  button.setAttribute("aria-label", label);
}

/** Listeners that are taken back together. */
export class Listeners {
  #undo: (() => void)[] = [];

  on(
    target: EventTarget,
    type: string,
    listener: (event: never) => void,
    options?: AddEventListenerOptions,
  ): void {
    target.addEventListener(type, listener as EventListener, options);
    this.#undo.push(() => target.removeEventListener(type, listener as EventListener, options));
  }

  add(undo: () => void): void {
    this.#undo.push(undo);
  }

  clear(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}
