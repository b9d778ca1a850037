import { AttributionControl, type Map as MapLibreMap, NavigationControl, ScaleControl } from "maplibre-gl";
import type { Client } from "./api/client";
import { AccountControl } from "./controls/account";
import { CursorControl } from "./controls/cursor";
import { DeviceCardControl } from "./controls/device_card";
import { DevicesControl } from "./controls/devices";
import { IdentifyControl } from "./controls/identify";
import { LanguageControl } from "./controls/language";
import { LayerListControl } from "./controls/layer_list";
import { OverviewControl } from "./controls/overview";
import { SearchControl } from "./controls/search";
import type { BBox } from "./geo/bbox";
import type { Language } from "./i18n/language";
import { LiveLayer } from "./live/live_layer";
import { Positions } from "./live/positions";
import { SharedStream } from "./live/shared";
import { Layers } from "./map/layers";
import { refresh } from "./map/refresh";
import { Selection } from "./map/selection";
import type { MapStyle } from "./map/style";
import { TouchedTiles } from "./map/touched";
import type { Address } from "./state/url";
import type { Notices } from "./ui/notices";
import type { SpriteSheet } from "./ui/sprite";

export interface App {
  map: MapLibreMap;
  style: MapStyle;
  client: Client;
  language: Language;
  address: Address;
  notices: Notices;
  sprites: SpriteSheet;
}

/** Mounts the controls; once the style has loaded also what the map draws itself. */
export function mount(app: App): void {
  const { map, style, client, language, address, notices, sprites } = app;
  const layers = new Layers(map, style, address);
  const selection = new Selection(map);
  const positions = new Positions();
  const live = new LiveLayer(map, positions);
  const tiles = new TouchedTiles(map);
  const wide = map.getContainer().clientWidth > 720;

  const device = new DeviceCardControl({ positions, selection, language, address, sprites });
  const identify = new IdentifyControl({
    client,
    layers,
    language,
    address,
    selection,
    notices,
    taken: (event) => device.deviceAt(event) !== "",
  });
  const search = new SearchControl({
    client,
    layers,
    language,
    notices,
    selection,
    open: (hit) => void identify.open(hit, true),
  });
  const devices = new DevicesControl(positions, live, language, sprites);

  map.addControl(search, "top-left");
  map.addControl(devices, "top-left");
  map.addControl(new LayerListControl(layers, language, sprites, wide), "top-left");
  map.addControl(new AccountControl(client, language, notices, () => location.reload()), "top-right");
  map.addControl(new LanguageControl(language), "top-right");
  map.addControl(device, "top-right");
  map.addControl(identify, "top-right");
  map.addControl(new AttributionControl({ compact: !wide }), "bottom-right");
  map.addControl(new NavigationControl({ visualizePitch: true }), "bottom-right");
  map.addControl(new OverviewControl(layers, language), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
  map.addControl(new CursorControl(language), "bottom-left");

  const stream = new SharedStream(client.url("live/stream"), {
    frame: (frame) => positions.apply(frame),
    status: (status) => devices.setStatus(status),
    changed: (collections) => {
      refresh(map, client, layers, collections).catch((error: unknown) => notices.error(error));
    },
    touched: (changes) => tiles.touch(changes),
  });
  const watch = () => stream.watch({ bbox: map.getBounds().toArray().flat() as BBox, zoom: map.getZoom() });

  map.once("load", () => {
    layers.applyAll();
    layers.applyLanguage(language);
    selection.mount();
    live.mount();
    language.onChange(() => layers.applyLanguage(language));
    watch();
    map.on("moveend", watch);
    openSelected(address.state.selected, identify, device);
    map.getContainer().dataset.ready = "true";
  });
  map.on("moveend", () => rememberView(map, address));
  map.on("movestart", () => delete map.getContainer().dataset.idle);
  map.on("idle", () => {
    map.getContainer().dataset.idle = "true";
  });
  window.addEventListener("pagehide", () => stream.close(), { once: true });
}

function openSelected(
  selected: string | undefined,
  identify: IdentifyControl,
  device: DeviceCardControl,
): void {
  if (!selected) return;
  const slash = selected.indexOf("/");
  const [collection, id] = [selected.slice(0, slash), selected.slice(slash + 1)];
  if (collection === "device") device.open(id);
  else void identify.open({ collection, id }, false);
}

function rememberView(map: MapLibreMap, address: Address): void {
  const { lng, lat } = map.getCenter().wrap();
  address.change({
    view: { zoom: map.getZoom(), lat, lon: lng, bearing: map.getBearing(), pitch: map.getPitch() },
  });
}
