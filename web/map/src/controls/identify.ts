import type { IControl, MapGeoJSONFeature, Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import type { Client } from "../api/client";
import { ApiError } from "../api/problem";
import type { Feature } from "../api/types";
import { geometryBBox } from "../geo/bbox";
import type { Language } from "../i18n/language";
import { padding } from "../map/create_map";
import { collectionOf, type Layers } from "../map/layers";
import type { Selection } from "../map/selection";
import type { Address } from "../state/url";
import { el, iconButton, Listeners } from "../ui/dom";
import type { Notices } from "../ui/notices";
import { card } from "./card";
import { distinct, type Hit } from "./hit";
import { propertyTable } from "./properties";

/** A finger or a pointer need not be exact, in pixels. */
const REACH = 5;
const MOST = 30;

export interface IdentifyOptions {
  client: Client;
  layers: Layers;
  language: Language;
  address: Address;
  selection: Selection;
  notices: Notices;
  /** Clicks that another control answers. */
  taken: (event: MapMouseEvent) => boolean;
}

/** Shows what lies under a click, with every attribute as the server has it. */
export class IdentifyControl implements IControl {
  readonly #with: IdentifyOptions;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  #hits: Hit[] = [];
  #index = 0;
  #feature: Feature | undefined;
  #request: AbortController | undefined;

  constructor(options: IdentifyOptions) {
    this.#with = options;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = card("identify", this.#listeners);
    this.#box.hidden = true;
    this.#box.tabIndex = -1;
    this.#listeners.add(this.#with.language.onChange(() => this.#render()));
    this.#listeners.on(this.#box, "keydown", (event: KeyboardEvent) => {
      if (event.key === "Escape") this.close();
    });
    const clicked = (event: MapMouseEvent) => this.#click(event);
    map.on("click", clicked);
    this.#listeners.add(() => map.off("click", clicked));
    return this.#box;
  }

  onRemove(): void {
    this.#request?.abort();
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  /** Opens one feature, from a search or a shared address. */
  async open(hit: Hit, move: boolean): Promise<void> {
    await this.#show([hit], 0);
    if (move) this.#zoomTo();
  }

  close(): void {
    this.#hide();
    this.#with.selection.clear();
    this.#with.address.change({ selected: undefined });
    this.#map?.getCanvas().focus({ preventScroll: true });
  }

  /** Leaves the selection to whoever takes it over. */
  #hide(): void {
    this.#request?.abort();
    this.#hits = [];
    this.#feature = undefined;
    if (this.#box) this.#box.hidden = true;
  }

  #click(event: MapMouseEvent): void {
    const map = this.#map;
    if (!map) return;
    if (this.#with.taken(event)) {
      this.#hide();
      return;
    }
    const { x, y } = event.point;
    const drawn = map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: this.#with.layers.drawn() },
    );
    const hits = distinct(drawn.flatMap((feature) => this.#hitOf(feature) ?? []));
    if (hits.length) void this.#show(hits.slice(0, MOST), 0);
    else if (!this.#box?.hidden) this.close();
  }

  /** Tiles carry a text id as the property "id", an integer one as their own. */
  #hitOf(feature: MapGeoJSONFeature): Hit | undefined {
    const collection = collectionOf(feature.layer);
    const info = collection ? this.#with.layers.collection(collection) : undefined;
    if (info?.tileset) return undefined;
    const id = info?.idKind === "text" ? feature.properties.id : feature.id;
    return collection && id !== undefined && id !== null
      ? { collection, id: String(id), drawn: true }
      : undefined;
  }

  async #show(hits: Hit[], index: number): Promise<void> {
    const hit = hits[index];
    if (!hit) return;
    this.#hits = hits;
    this.#index = index;
    this.#feature = undefined;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#with.address.change({ selected: `${hit.collection}/${hit.id}` });
    this.#render();
    try {
      const feature = await this.#with.client.feature(hit.collection, hit.id, request.signal);
      if (this.#request !== request) return;
      this.#feature = feature;
      this.#with.selection.show(feature.geometry);
      this.#render();
    } catch (error) {
      if (request.signal.aborted) return;
      const rest = hits.filter((other) => other !== hit);
      const merged = hit.drawn && error instanceof ApiError && error.problem?.status === 404;
      if (merged && rest.length) return this.#show(rest, index % rest.length);
      if (merged) this.#with.notices.say(this.#with.language.t("merged"));
      else this.#with.notices.error(error);
      this.close();
    }
  }

  #render(): void {
    const box = this.#box;
    const hit = this.#hits[this.#index];
    if (!box || !hit) return;
    const { language, layers } = this.#with;
    const info = layers.collection(hit.collection);
    const properties = this.#feature?.properties ?? {};
    const named = info?.searchField ? properties[info.searchField] : undefined;
    const title = named ? String(named) : `${language.t("feature")} ${hit.id}`;
    const close = iconButton("close", language.t("close"), "close");
    close.addEventListener("click", () => this.close());
    const body = el("div", { class: "card-body", attributes: { "aria-live": "polite" } });
    if (this.#feature)
      body.append(propertyTable(properties, info, layers.metadata["gisd:codeLists"], language));
    else body.append(el("p", { class: "empty", text: language.t("loading") }));
    box.replaceChildren(
      el(
        "header",
        { class: "identify-head" },
        el(
          "div",
          {},
          el("p", { class: "identify-layer", text: language.text(info?.title) || hit.collection }),
          el("h2", { text: title }),
        ),
        close,
      ),
      body,
      this.#foot(hit),
    );
    box.setAttribute("aria-label", title);
    box.hidden = false;
  }

  #foot(hit: Hit): HTMLElement {
    const { language, client } = this.#with;
    const foot = el("footer", { class: "identify-foot" });
    if (this.#hits.length > 1) {
      const step = (by: number) => {
        const next = (this.#index + by + this.#hits.length) % this.#hits.length;
        void this.#show(this.#hits, next).then(() =>
          this.#box?.querySelector<HTMLElement>(`[data-step="${by}"]`)?.focus(),
        );
      };
      for (const [by, label, name] of [
        [-1, "previous", "step back"],
        [1, "next", "step"],
      ] as const) {
        const button = iconButton("chevron", language.t(label), name);
        button.dataset.step = String(by);
        button.addEventListener("click", () => step(by));
        foot.append(button);
        if (by < 0) {
          const place = language.t("position", { index: this.#index + 1, total: this.#hits.length });
          foot.append(el("span", { class: "step-place", text: place }));
        }
      }
    }
    foot.append(el("span", { class: "spring" }));
    const go = el("button", { type: "button", class: "text-button", text: language.t("zoomTo") });
    go.addEventListener("click", () => this.#zoomTo());
    const link = el("button", { type: "button", class: "text-button", text: language.t("copyLink") });
    link.addEventListener("click", () => void this.#copyLink());
    const data = el("a", {
      class: "text-button",
      href: client.url(client.featurePath(hit.collection, hit.id).replace("?f=json", "")),
      target: "_blank",
      rel: "noopener",
      text: language.t("openData"),
    });
    foot.append(go, link, data);
    return foot;
  }

  #zoomTo(): void {
    const box = geometryBBox(this.#feature?.geometry);
    const map = this.#map;
    if (!box || !map) return;
    map.fitBounds(box, { padding: padding(map.getContainer()), maxZoom: 17 });
  }

  async #copyLink(): Promise<void> {
    const { language, notices } = this.#with;
    try {
      await navigator.clipboard.writeText(location.href);
      notices.say(language.t("copied"));
    } catch {
      notices.say(location.href); // no clipboard without HTTPS
    }
  }
}
