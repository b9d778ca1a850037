import { el, type Listeners } from "../ui/dom";

/** A control's box: scrolling and double clicks inside do not move the map. */
export function card(className: string, listeners: Listeners): HTMLElement {
  const box = el("section", { class: `maplibregl-ctrl card ${className}` });
  for (const type of ["wheel", "dblclick", "mousedown", "touchstart", "touchmove", "contextmenu"]) {
    listeners.on(box, type, (event: Event) => event.stopPropagation(), { passive: true });
  }
  return box;
}
