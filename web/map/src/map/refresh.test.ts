import { expect, it } from "vitest";
import { carries } from "./refresh";

it("finds the sources of a changed collection", () => {
  const address = "http://localhost/p/tiles/roads,rail/{z}/{x}/{y}.mvt?key=1";
  expect(carries(address, ["rail"])).toBe(true);
  expect(carries(address, ["rai", "road"])).toBe(false);
  expect(carries("", ["rail"])).toBe(false);
  expect(carries("/tiles/rail_label/{z}/{x}/{y}.mvt", ["rail"])).toBe(true);
});
