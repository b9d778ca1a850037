import type { Map as MapLibreMap } from "maplibre-gl";
import type { CollectionInfo, StyleMetadata } from "../api/types";
import type { Language } from "../i18n/language";
import type { Address } from "../state/url";
import { isBilingual, type MapStyle } from "./style";

/** The collections of the style and which of them are shown. */
export class Layers {
  readonly #map: MapLibreMap;
  readonly #address: Address;
  #metadata: StyleMetadata;
  #listeners = new Set<() => void>();

  constructor(map: MapLibreMap, style: MapStyle, address: Address) {
    this.#map = map;
    this.#metadata = style.metadata;
    this.#address = address;
  }

  get metadata(): StyleMetadata {
    return this.#metadata;
  }

  collection(id: string): CollectionInfo | undefined {
    return this.#metadata["gisd:collections"].find((c) => c.id === id);
  }

  /** Listeners hear of a fresh style and of visibility; returns the function that stops. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A fresh style's metadata. */
  renew(metadata: StyleMetadata): void {
    this.#metadata = metadata;
    this.#tell();
  }

  isVisible(id: string): boolean {
    const { on, off } = this.#address.state;
    return on.includes(id) || (!off.includes(id) && !this.collection(id)?.hidden);
  }

  setVisible(id: string, visible: boolean): void {
    this.#address.setLayer(id, visible, !this.collection(id)?.hidden);
    this.#apply(id, visible);
    this.#tell();
  }

  /** Applies what the address says; after the style has loaded. */
  applyAll(): void {
    for (const { id } of this.#metadata["gisd:collections"]) this.#apply(id, this.isVisible(id));
  }

  /** Style layers of collections, from bottom to top. */
  drawn(): string[] {
    return this.#map
      .getStyle()
      .layers.filter((layer) => collectionOf(layer) !== undefined)
      .map((layer) => layer.id);
  }

  /** Writes the texts that exist in two languages. */
  applyLanguage(language: Language): void {
    for (const layer of this.#map.getStyle().layers) {
      if (isBilingual(layer)) {
        this.#map.setLayoutProperty(layer.id, "text-field", ["get", language.lang]);
      }
    }
  }

  #apply(id: string, visible: boolean): void {
    for (const layer of this.#map.getStyle().layers) {
      if (collectionOf(layer) === id) {
        this.#map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
      }
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The collection that a style layer draws. */
export function collectionOf(layer: { metadata?: unknown }): string | undefined {
  return (layer.metadata as Record<string, string> | undefined)?.["gisd:collection"];
}
