import type { IControl, Map as MapLibreMap } from "maplibre-gl";
import type { CollectionInfo } from "../api/types";
import type { Language } from "../i18n/language";
import { padding } from "../map/create_map";
import type { Layers } from "../map/layers";
import { el, glyph, iconButton, Listeners, setLabel } from "../ui/dom";
import type { SpriteSheet } from "../ui/sprite";
import { formatNumber } from "../ui/values";
import { card } from "./card";
import { summarySwatch, swatch, tilesetSwatch } from "./legend";

/** The collections in groups, each with a switch, a legend and a way to go there. */
export class LayerListControl implements IControl {
  readonly #layers: Layers;
  readonly #language: Language;
  readonly #sprites: SpriteSheet;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  #open: boolean;
  #closedGroups = new Set<string>();
  #openLegends = new Set<string>();

  constructor(layers: Layers, language: Language, sprites: SpriteSheet, open: boolean) {
    this.#layers = layers;
    this.#language = language;
    this.#sprites = sprites;
    this.#open = open;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = card("layer-list", this.#listeners);
    const render = () => this.#render();
    this.#listeners.add(this.#layers.onChange(render));
    this.#listeners.add(this.#language.onChange(render));
    const zoomed = () => this.#markZoom();
    map.on("zoomend", zoomed);
    this.#listeners.add(() => map.off("zoomend", zoomed));
    render();
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  #render(): void {
    const box = this.#box;
    if (!box) return;
    const t = this.#language.t.bind(this.#language);
    const focused =
      document.activeElement instanceof HTMLElement && box.contains(document.activeElement)
        ? document.activeElement.dataset.focus
        : undefined;
    const scrolled = box.querySelector(".card-body")?.scrollTop ?? 0;

    const toggle = el(
      "button",
      {
        type: "button",
        class: "card-head",
        attributes: { "aria-expanded": String(this.#open), "data-focus": "toggle" },
      },
      glyph("layers"),
      el("h2", { text: t("layers") }),
      glyph("chevron"),
    );
    setLabel(toggle, t(this.#open ? "hideLayers" : "showLayers"));
    toggle.addEventListener("click", () => {
      this.#open = !this.#open;
      this.#render();
    });
    const body = el("div", { class: "card-body" });
    body.hidden = !this.#open;
    const { "gisd:groups": groups, "gisd:collections": collections } = this.#layers.metadata;
    for (const group of groups) {
      const members = collections.filter((c) => c.group === group.id);
      body.append(this.#group(group.id, this.#language.text(group.title), members));
    }
    if (!collections.length) body.append(el("p", { class: "empty", text: t("noLayers") }));
    box.replaceChildren(toggle, body);
    box.setAttribute("aria-label", t("layers"));
    body.scrollTop = scrolled;
    if (focused) box.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    this.#markZoom();
  }

  #group(id: string, title: string, members: CollectionInfo[]): HTMLElement {
    const shown = members.filter((c) => this.#layers.isVisible(c.id)).length;
    const details = el(
      "details",
      { class: "group" },
      el(
        "summary",
        { attributes: { "data-focus": `group-${id}` } },
        glyph("chevron"),
        el("span", { class: "group-title", text: title }),
        el("span", { class: "count", text: `${shown}/${members.length}` }),
      ),
      el("ul", {}, ...members.map((c) => this.#row(c))),
    );
    details.open = !this.#closedGroups.has(id);
    details.addEventListener("toggle", () => {
      if (details.open) this.#closedGroups.delete(id);
      else this.#closedGroups.add(id);
    });
    return details;
  }

  #row(c: CollectionInfo): HTMLElement {
    const t = this.#language.t.bind(this.#language);
    const name = this.#language.text(c.title) || c.id;
    const visible = this.#layers.isVisible(c.id);
    const box = el("input", {
      type: "checkbox",
      checked: visible,
      attributes: { "aria-label": t("showLayer", { name }), "data-focus": `layer-${c.id}` },
    });
    box.addEventListener("change", () => this.#layers.setVisible(c.id, box.checked));
    const label = el(
      "label",
      { title: `${name} · ${this.#about(c)}` },
      box,
      el(
        "span",
        { class: "swatch-box" },
        c.tileset ? tilesetSwatch() : summarySwatch(c.legend, this.#sprites),
      ),
      el("span", { class: "layer-title", text: name }),
    );
    if (c.draft) label.append(el("span", { class: "badge", text: t("draft") }));
    else if (!c.public) label.append(el("span", { class: "badge", text: t("internal") }));
    const row = el("li", {
      class: visible ? "layer" : "layer layer-off",
      attributes: { "data-collection": c.id },
    });
    const line = el("div", { class: "layer-line" }, label);
    row.append(line);
    if (c.legend.length > 1) line.append(this.#legendButton(c, name, row));
    if (c.extent) line.append(this.#goButton(c, name));
    return row;
  }

  #about(c: CollectionInfo): string {
    if (c.tileset) return this.#language.t(c.tileset === "raster" ? "imageTiles" : "vectorTiles");
    if (c.featureCount < 0) return ""; // for who sees only part of them
    return this.#language.t("features", { count: formatNumber(c.featureCount, this.#language, 0) });
  }

  #legendButton(c: CollectionInfo, name: string, row: HTMLElement): HTMLElement {
    const button = iconButton("chevron", this.#language.t("legendOf", { name }), "legend-toggle");
    button.dataset.focus = `legend-${c.id}`;
    const list = el("ul", { class: "legend" });
    for (const entry of c.legend) {
      const text = this.#language.text(entry.label) || entry.value || this.#language.t("otherValues");
      list.append(
        el("li", {}, el("span", { class: "swatch-box" }, swatch(entry, this.#sprites)), el("span", { text })),
      );
    }
    row.append(list);
    const show = (open: boolean) => {
      list.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    show(this.#openLegends.has(c.id));
    button.addEventListener("click", () => {
      const open = list.hidden === true;
      if (open) this.#openLegends.add(c.id);
      else this.#openLegends.delete(c.id);
      show(open);
    });
    return button;
  }

  #goButton(c: CollectionInfo, name: string): HTMLElement {
    const button = iconButton("target", this.#language.t("zoomToLayer", { name }), "go");
    button.dataset.focus = `go-${c.id}`;
    button.addEventListener("click", () => {
      const map = this.#map;
      if (!c.extent || !map) return;
      if (!this.#layers.isVisible(c.id)) this.#layers.setVisible(c.id, true);
      map.fitBounds(c.extent, { padding: padding(map.getContainer()), maxZoom: 17 });
    });
    return button;
  }

  /** Greys out what is drawn from a higher zoom on. */
  #markZoom(): void {
    const zoom = this.#map?.getZoom() ?? 0;
    for (const row of this.#box?.querySelectorAll<HTMLElement>("[data-collection]") ?? []) {
      const c = this.#layers.collection(row.dataset.collection ?? "");
      const far = c !== undefined && zoom < c.minzoom;
      row.classList.toggle("layer-far", far);
      const title = row.querySelector<HTMLElement>(".layer-title");
      if (title) title.title = far ? this.#language.t("tooFar") : "";
    }
  }
}
