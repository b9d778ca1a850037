import type { Map as MapLibreMap } from "maplibre-gl";
import { expect, it, vi } from "vitest";
import { Client } from "../api/client";
import { Language } from "../i18n/language";
import type { Layers } from "../map/layers";
import type { Selection } from "../map/selection";
import { Address } from "../state/url";
import { Notices } from "../ui/notices";
import { IdentifyControl } from "./identify";

const drawn = (id: number) => ({ id, properties: {}, layer: { metadata: { "gisd:collection": "roads" } } });

/** The control over a map on which these features lie, of which the server knows only 7. */
async function clickOn(...ids: number[]) {
  vi.stubGlobal(
    "fetch",
    vi.fn(async (url: string | URL) =>
      String(url).includes("/items/7?")
        ? new Response('{"type":"Feature","id":7,"geometry":null,"properties":{"name":"QL13"}}')
        : new Response('{"detail":"There is no such feature."}', {
            status: 404,
            headers: { "content-type": "application/problem+json" },
          }),
    ),
  );
  let click: (event: unknown) => void = () => undefined;
  const map = {
    on: (_: string, listener: typeof click) => {
      click = listener;
    },
    off: () => undefined,
    queryRenderedFeatures: () => ids.map(drawn),
    getCanvas: () => document.createElement("canvas"),
  };
  const language = new Language("en");
  const notices = new Notices(document.createElement("div"), language);
  const said = vi.spyOn(notices, "say");
  const failed = vi.spyOn(notices, "error");
  const control = new IdentifyControl({
    client: new Client("http://localhost/", language),
    layers: {
      drawn: () => [],
      collection: () => ({ idKind: "integer", searchField: "name", fields: [] }),
      metadata: { "gisd:codeLists": {} },
    } as unknown as Layers,
    language,
    address: new Address(window),
    selection: { show: () => undefined, clear: () => undefined } as unknown as Selection,
    notices,
    taken: () => false,
  });
  const box = control.onAdd(map as unknown as MapLibreMap);
  click({ point: { x: 0, y: 0 } });
  await vi.waitFor(() => expect(box.hidden || box.textContent?.includes("QL13")).toBe(true));
  return { box, said, failed };
}

it("passes over what stands for many features, which the server does not know", async () => {
  const { box, said, failed } = await clickOn(8438756182847855, 7);
  expect(box.hidden).toBe(false);
  expect(box.textContent).toContain("QL13");
  expect(said).not.toHaveBeenCalled();
  expect(failed).not.toHaveBeenCalled();
});

it("says so where nothing else lies under the click", async () => {
  const { box, said, failed } = await clickOn(8438756182847855);
  expect(box.hidden).toBe(true);
  expect(said).toHaveBeenCalledWith("Features are drawn together at this scale; zoom in to see each");
  expect(failed).not.toHaveBeenCalled();
});
