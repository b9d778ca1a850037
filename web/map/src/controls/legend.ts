import type { LegendEntry } from "../api/types";
import { svg } from "../ui/dom";
import type { SpriteSheet } from "../ui/sprite";

const WIDTH = 22;
const HEIGHT = 16;

/** A small picture of how features are drawn. */
export function swatch(entry: LegendEntry, sprites: SpriteSheet): Element {
  if (entry.kind === "symbol" && entry.icon) return sprites.icon(entry.icon, 18);
  return svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      class: "swatch",
      "aria-hidden": "true",
    },
    shape(entry),
  );
}

/** A picture of a collection with many categories: the first few of them. */
export function summarySwatch(entries: LegendEntry[], sprites: SpriteSheet): Element {
  const [first] = entries;
  if (!first || entries.length === 1 || first.kind === "symbol") return swatch(first ?? fallback, sprites);
  const box = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    class: "swatch",
    "aria-hidden": "true",
  });
  const shown = entries.slice(0, 3);
  shown.forEach((entry, i) => {
    const step = (WIDTH - 2) / shown.length;
    const x = 1 + i * step;
    if (first.kind === "circle") {
      box.append(svg("circle", { cx: x + step / 2, cy: HEIGHT / 2, r: 3.2, fill: entry.color }));
    } else if (first.kind === "line") {
      const y = 3 + (i * (HEIGHT - 6)) / (shown.length - 1);
      box.append(svg("path", { d: `M2 ${y} H${WIDTH - 2}`, stroke: entry.color, "stroke-width": 2.5 }));
    } else {
      box.append(svg("rect", { x, y: 1.5, width: step, height: HEIGHT - 3, fill: entry.color }));
    }
  });
  if (first.kind === "fill") {
    const frame = { x: 1, y: 1.5, width: WIDTH - 2, height: HEIGHT - 3, rx: 2, fill: "none" };
    box.append(svg("rect", { ...frame, stroke: "#8b959c", "stroke-width": 1 }));
  }
  return box;
}

/** A picture of tiles: four squares. */
export function tilesetSwatch(): Element {
  const box = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    class: "swatch",
    "aria-hidden": "true",
  });
  for (const [x, y, fill] of [
    [4, 1, "#9db89a"],
    [11.5, 1, "#c9bb93"],
    [4, 8.5, "#8fa9bd"],
    [11.5, 8.5, "#b3c7a5"],
  ] as const) {
    box.append(svg("rect", { x, y, width: 6.5, height: 6.5, fill }));
  }
  return box;
}

const fallback: LegendEntry = { kind: "fill", color: "#cccccc", opacity: 1 };

function shape(entry: LegendEntry): SVGElement {
  const stroke = entry.outline ?? entry.color;
  const dashes = (width: number): Record<string, string> =>
    entry.dash?.length
      ? { "stroke-dasharray": entry.dash.map((d) => d * Math.max(width, 1.2)).join(" ") }
      : {};
  switch (entry.kind) {
    case "line": {
      const width = Math.min(Math.max(entry.width ?? 2, 1.5), 5);
      return svg("path", {
        d: `M1 ${HEIGHT - 4} L8 6 L14 ${HEIGHT - 6} L${WIDTH - 1} 4`,
        fill: "none",
        stroke: entry.color,
        "stroke-width": width,
        "stroke-linejoin": "round",
        ...dashes(width),
      });
    }
    case "circle":
      return svg("circle", {
        cx: WIDTH / 2,
        cy: HEIGHT / 2,
        r: Math.min(Math.max(entry.width ?? 5, 3), 6.5),
        fill: entry.color,
        "fill-opacity": entry.opacity,
        stroke: "#7d8790",
        "stroke-width": 0.75,
      });
    default:
      return svg("rect", {
        x: 1.5,
        y: 1.5,
        width: WIDTH - 3,
        height: HEIGHT - 3,
        rx: 2,
        fill: entry.color,
        "fill-opacity": Math.max(entry.opacity, 0.08),
        stroke,
        "stroke-width": 1.25,
        ...dashes(1.2),
      });
  }
}
