import { describe, expect, it } from "vitest";
import { Address, formatState, parseState, type State } from "./url";

describe("the shareable address", () => {
  it("survives a round trip", () => {
    const state: State = {
      view: { zoom: 12.25, lat: 11.05123, lon: 106.65432, bearing: 15, pitch: 30 },
      lang: "en",
      on: ["sewers"],
      off: ["parcels", "roads"],
      selected: "parcels/Thửa 12,3",
    };
    expect(parseState(formatState(state))).toEqual(state);
  });

  it("keeps as many digits as the zoom shows", () => {
    const view = { zoom: 5, lat: 11.0512345, lon: 106.6512345, bearing: 0, pitch: 0 };
    expect(formatState({ view, on: [], off: [] })).toBe("#map=5/11.05/106.65");
  });

  it.each(["", "#", "#map=1/2", "#map=a/b/c", "#map=5/95/106", "#lang=fr&sel=nothing"])(
    "ignores %j",
    (hash) => {
      expect(parseState(hash)).toEqual({ on: [], off: [] });
    },
  );

  it("remembers a layer only where it differs from the style", () => {
    const address = new Address(window);
    address.setLayer("roads", false, true);
    expect(window.location.hash).toBe("#off=roads");
    address.setLayer("roads", true, true);
    expect(window.location.hash).toBe("");
  });
});
