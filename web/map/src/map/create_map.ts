import { type LngLatBoundsLike, Map as MapLibreMap, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Language } from "../i18n/language";
import type { State } from "../state/url";
import type { MapStyle } from "./style";

/** The one place where a map is made: the view of the address, else all the data. */
export function createMap(
  container: HTMLElement,
  style: MapStyle,
  state: State,
  language: Language,
): MapLibreMap {
  setWorkerUrl(workerUrl);
  const [west, south, east, north] = style.metadata["gisd:bounds"];
  const bounds: LngLatBoundsLike = [west, south, east, north];
  const view = state.view
    ? {
        center: [state.view.lon, state.view.lat] as [number, number],
        zoom: state.view.zoom,
        bearing: state.view.bearing,
        pitch: state.view.pitch,
      }
    : { bounds, fitBoundsOptions: { padding: padding(container) } };
  return new MapLibreMap({
    container,
    style,
    ...view,
    minZoom: 3,
    maxZoom: 22,
    maxPitch: 60,
    attributionControl: false,
    fadeDuration: 150,
    // A tile may be kept for seconds; here an edit shows at once, for the price of a 304.
    transformRequest: (url) => (/\/tiles\/.*\.mvt/.test(url) ? { url, cache: "no-cache" } : { url }),
    locale: {
      "Map.Title": language.t("map"),
      "NavigationControl.ZoomIn": language.t("zoomIn"),
      "NavigationControl.ZoomOut": language.t("zoomOut"),
      "NavigationControl.ResetBearing": language.t("resetNorth"),
      "AttributionControl.ToggleAttribution": language.t("attribution"),
    },
  });
}

/** Room for the cards at the left of a wide window. */
export function padding(container: HTMLElement): {
  top: number;
  bottom: number;
  left: number;
  right: number;
} {
  return { top: 40, bottom: 40, right: 40, left: container.clientWidth > 720 ? 350 : 40 };
}
