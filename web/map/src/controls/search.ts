import type { IControl, Map as MapLibreMap } from "maplibre-gl";
import type { Client } from "../api/client";
import { parseCoordinates } from "../geo/coordinates";
import type { Language } from "../i18n/language";
import type { Layers } from "../map/layers";
import type { Selection } from "../map/selection";
import { el, glyph, iconButton, Listeners, setLabel } from "../ui/dom";
import type { Notices } from "../ui/notices";
import { card } from "./card";
import type { Hit } from "./hit";

const SETTLE_MS = 220;
const LIST_ID = "search-results";

export interface SearchOptions {
  client: Client;
  layers: Layers;
  language: Language;
  notices: Notices;
  selection: Selection;
  open: (hit: Hit) => void;
}

/** What one line of the results does. */
interface Choice {
  title: string;
  detail: string;
  choose: () => void;
}

/** Finds features by name, with or without diacritics, and places by coordinates. */
export class SearchControl implements IControl {
  readonly #with: SearchOptions;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  readonly #input = el("input", {
    type: "search",
    autocomplete: "off",
    attributes: {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": LIST_ID,
      "aria-expanded": "false",
      enterkeyhint: "search",
      spellcheck: "false",
    },
  });
  readonly #list = el("ul", { id: LIST_ID, class: "results", attributes: { role: "listbox" } });
  readonly #clear: HTMLButtonElement;
  #choices: Choice[] = [];
  #active = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;

  constructor(options: SearchOptions) {
    this.#with = options;
    this.#clear = iconButton("close", options.language.t("clear"), "clear");
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = card("search", this.#listeners);
    this.#box.append(
      el(
        "div",
        { class: "search-line", attributes: { role: "search" } },
        glyph("search"),
        this.#input,
        this.#clear,
      ),
      this.#list,
    );
    const on = this.#listeners;
    on.on(this.#input, "input", () => this.#later());
    on.on(this.#input, "keydown", (event: KeyboardEvent) => this.#key(event));
    on.on(this.#input, "focus", () => this.#expand(this.#choices.length > 0));
    on.on(this.#clear, "click", () => this.#reset(true));
    on.on(document, "pointerdown", (event: Event) => {
      if (!this.#box?.contains(event.target as Node)) this.#expand(false);
    });
    on.add(this.#with.language.onChange(() => this.#label()));
    this.#label();
    this.#reset(false);
    return this.#box;
  }

  onRemove(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  #label(): void {
    const { language } = this.#with;
    this.#input.placeholder = language.t("search");
    this.#input.setAttribute("aria-label", language.t("search"));
    this.#list.setAttribute("aria-label", language.t("searchResults"));
    setLabel(this.#clear, language.t("clear"));
  }

  #reset(focus: boolean): void {
    this.#input.value = "";
    this.#show([]);
    this.#clear.hidden = true;
    if (focus) this.#input.focus();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    const text = this.#input.value.trim();
    this.#clear.hidden = text === "";
    if (!text) {
      this.#show([]);
      return;
    }
    const place = parseCoordinates(text);
    if (place) {
      const detail = `${place.lat.toFixed(6)}, ${place.lon.toFixed(6)}`;
      this.#show([
        { title: this.#with.language.t("goTo"), detail, choose: () => this.#goTo(place.lon, place.lat) },
      ]);
      return;
    }
    this.#timer = setTimeout(() => void this.#find(text), SETTLE_MS);
  }

  async #find(text: string): Promise<void> {
    const { client, layers, language, notices } = this.#with;
    const request = new AbortController();
    this.#request = request;
    try {
      const hits = await client.search(text, request.signal);
      const choices = hits.map((hit) => ({
        title: hit.name || hit.id,
        detail: language.text(layers.collection(hit.collection)?.title) || hit.collection,
        choose: () => this.#with.open({ collection: hit.collection, id: hit.id }),
      }));
      this.#show(choices, text);
    } catch (error) {
      if (!request.signal.aborted) notices.error(error);
    }
  }

  #goTo(lon: number, lat: number): void {
    const map = this.#map;
    if (!map) return;
    this.#with.selection.show({ type: "Point", coordinates: [lon, lat] });
    map.flyTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15) });
  }

  #show(choices: Choice[], searched = ""): void {
    this.#choices = choices;
    this.#active = -1;
    this.#input.removeAttribute("aria-activedescendant");
    const items = choices.map((choice, i) => {
      const item = el(
        "li",
        { id: `${LIST_ID}-${i}`, attributes: { role: "option", "aria-selected": "false" } },
        el("span", { class: "result-title", text: choice.title }),
        el("span", { class: "result-detail", text: choice.detail }),
      );
      item.addEventListener("click", () => this.#choose(i));
      return item;
    });
    if (searched && !choices.length) {
      items.push(el("li", { class: "empty", text: this.#with.language.t("noResults", { text: searched }) }));
    }
    this.#list.replaceChildren(...items);
    this.#expand(items.length > 0);
  }

  #expand(open: boolean): void {
    this.#list.hidden = !open;
    this.#input.setAttribute("aria-expanded", String(open));
  }

  #choose(index: number): void {
    this.#expand(false);
    this.#choices[index]?.choose();
  }

  #key(event: KeyboardEvent): void {
    const count = this.#choices.length;
    if (event.key === "Escape") {
      if (this.#list.hidden) this.#reset(true);
      else this.#expand(false);
    } else if (event.key === "Enter") {
      this.#choose(Math.max(this.#active, 0));
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      this.#expand(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.#activate((this.#active + by + count) % count);
    } else {
      return;
    }
    event.preventDefault();
  }

  #activate(index: number): void {
    this.#active = index;
    this.#list.querySelectorAll("[role=option]").forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === index));
      if (i !== index) return;
      this.#input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    });
  }
}
