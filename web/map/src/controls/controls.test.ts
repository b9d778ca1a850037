import type { Map as MapLibreMap } from "maplibre-gl";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../api/client";
import type { StyleMetadata } from "../api/types";
import { Language } from "../i18n/language";
import { LiveLayer } from "../live/live_layer";
import { Positions } from "../live/positions";
import { Layers } from "../map/layers";
import { Selection } from "../map/selection";
import type { MapStyle } from "../map/style";
import { Address } from "../state/url";
import { Notices } from "../ui/notices";
import { SpriteSheet } from "../ui/sprite";
import { AccountControl } from "./account";
import { CursorControl } from "./cursor";
import { DeviceCardControl } from "./device_card";
import { DevicesControl } from "./devices";
import { distinct } from "./hit";
import { IdentifyControl } from "./identify";
import { LanguageControl } from "./language";
import { LayerListControl } from "./layer_list";
import { OverviewControl } from "./overview";
import { SearchControl } from "./search";

/** As much of a map as the controls use; counts its listeners. */
class FakeMap {
  listeners = new Set<unknown>();
  set = vi.fn();
  fitBounds = vi.fn();
  flyTo = vi.fn();
  on(_type: string, listener: unknown) {
    this.listeners.add(listener);
  }
  off(_type: string, listener: unknown) {
    this.listeners.delete(listener);
  }
  getZoom() {
    return 10;
  }
  getCenter() {
    return { wrap: () => ({ lng: 106.65, lat: 11.05 }) };
  }
  getContainer() {
    return document.body;
  }
  getCanvas() {
    return document.createElement("canvas");
  }
  getLayer() {
    return undefined;
  }
  getSource() {
    return undefined;
  }
  setLayoutProperty = this.set;
  getStyle() {
    return {
      layers: [{ id: "roads:casing", metadata: { "gisd:collection": "roads" } }, { id: "background" }],
    };
  }
  getBounds() {
    return {
      toArray: () => [
        [106, 10],
        [107, 12],
      ],
    };
  }
}

const metadata: StyleMetadata = {
  "gisd:bounds": [106, 10, 107, 12],
  "gisd:groups": [{ id: "transport", title: { vi: "Giao thông", en: "Transport" } }],
  "gisd:collections": [
    {
      id: "roads",
      group: "transport",
      title: { vi: "Đường <b>bộ</b>", en: "Roads" },
      geometryType: "LineString",
      idKind: "integer",
      featureCount: 12000,
      extent: [106, 10, 107, 12],
      public: false,
      minzoom: 12,
      fields: [],
      legend: [
        {
          value: "QL",
          label: { vi: "Quốc lộ", en: "National road" },
          kind: "line",
          color: "#d04040",
          opacity: 1,
        },
        {
          value: "DT",
          label: { vi: "Đường tỉnh", en: "Provincial road" },
          kind: "line",
          color: "#e0a030",
          opacity: 1,
        },
      ],
    },
  ],
  "gisd:codeLists": {},
};

function setUp() {
  const fake = new FakeMap();
  const map = fake as unknown as MapLibreMap;
  const language = new Language("vi");
  const address = new Address(window);
  const client = new Client("http://localhost/", language);
  const layers = new Layers(map, { metadata } as MapStyle, address);
  const notices = new Notices(document.createElement("div"), language);
  const selection = new Selection(map);
  const positions = new Positions((run) => run());
  const sprites = new SpriteSheet({ bus: { x: 0, y: 0, width: 52, height: 52 } }, "sprite.png");
  const live = new LiveLayer(map, positions);
  return { fake, map, language, address, client, layers, notices, selection, positions, sprites, live };
}

beforeEach(() => {
  window.history.replaceState(null, "", "#");
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response('{"anonymous":true,"roles":[]}')),
  );
});

describe("every control", () => {
  const made: Record<
    string,
    (s: ReturnType<typeof setUp>) => {
      onAdd(map: MapLibreMap): HTMLElement;
      onRemove(map: MapLibreMap): void;
    }
  > = {
    layers: (s) => new LayerListControl(s.layers, s.language, s.sprites, true),
    devices: (s) => new DevicesControl(s.positions, s.live, s.language, s.sprites),
    device: (s) => new DeviceCardControl(s),
    identify: (s) => new IdentifyControl({ ...s, taken: () => false }),
    search: (s) => new SearchControl({ ...s, open: () => undefined }),
    cursor: (s) => new CursorControl(s.language),
    language: (s) => new LanguageControl(s.language),
    account: (s) => new AccountControl(s.client, s.language, s.notices, () => undefined),
    overview: (s) => new OverviewControl(s.layers, s.language),
  };

  it.each(Object.keys(made))("%s mounts, speaks both languages and leaves nothing behind", (name) => {
    const s = setUp();
    const added = vi.spyOn(document, "addEventListener");
    const removed = vi.spyOn(document, "removeEventListener");
    const control = made[name]?.(s);
    if (!control) throw new Error(name);
    const element = control.onAdd(s.map);
    document.body.append(element);
    s.language.set("en");
    for (const button of element.querySelectorAll("button, input")) {
      const label = button.getAttribute("aria-label") || button.textContent || (button as HTMLElement).title;
      expect(label, button.outerHTML).toBeTruthy();
    }
    control.onRemove(s.map);
    expect(element.isConnected).toBe(false);
    expect(s.fake.listeners.size).toBe(0);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});

describe("the layer list", () => {
  it("switches layers, shows legends and never takes a title for markup", () => {
    const s = setUp();
    const element = new LayerListControl(s.layers, s.language, s.sprites, true).onAdd(s.map);
    expect(element.querySelector("b")).toBeNull();
    expect(element.textContent).toContain("Đường <b>bộ</b>");
    expect(element.textContent).toContain("Nội bộ");
    expect(element.querySelector(".layer")?.classList.contains("layer-far")).toBe(true);

    const legend = element.querySelector<HTMLElement>(".legend");
    expect(legend?.hidden).toBe(true);
    element.querySelector<HTMLElement>(".legend-toggle")?.click();
    expect(legend?.hidden).toBe(false);
    expect(legend?.textContent).toContain("Quốc lộ");

    document.body.append(element);
    const box = element.querySelector<HTMLInputElement>('[data-collection="roads"] input');
    box?.click();
    expect(s.fake.set).toHaveBeenCalledWith("roads:casing", "visibility", "none");
    expect(s.address.state.off).toEqual(["roads"]);
  });
});

describe("the devices", () => {
  it("counts what is in view by kind", () => {
    const s = setUp();
    const element = new DevicesControl(s.positions, s.live, s.language, s.sprites).onAdd(s.map);
    const device = (id: string, lon: number) => ({
      device: id,
      kind: "bus",
      name: id,
      lon,
      lat: 11,
      time: new Date().toISOString(),
    });
    s.positions.apply({ snapshot: true, positions: [device("a", 106.5), device("b", 120)], removed: [] });
    expect(element.querySelector('[data-kind="bus"] .count')?.textContent).toBe("1");
    s.positions.apply({ snapshot: true, positions: [], removed: [] });
    expect(element.querySelector('[data-kind="bus"]')).toBeNull();
  });
});

describe("search", () => {
  it("goes to coordinates without asking the server", () => {
    const s = setUp();
    const element = new SearchControl({ ...s, open: () => undefined }).onAdd(s.map);
    const input = element.querySelector("input") as HTMLInputElement;
    input.value = "11.05, 106.65";
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(s.fake.flyTo).toHaveBeenCalledWith(expect.objectContaining({ center: [106.65, 11.05] }));
    expect(fetch).not.toHaveBeenCalled();
  });
});

it("takes one feature in many tiles for one", () => {
  const hit = (collection: string, id: string) => ({ collection, id });
  expect(distinct([hit("a", "1"), hit("a", "1"), hit("b", "1")])).toEqual([hit("a", "1"), hit("b", "1")]);
});
