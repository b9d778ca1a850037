// Decodes vector tiles with the reader that the map itself uses, for the tests
// of the encoder. In: tiles on standard input, each behind its length as a
// little-endian uint32. Out: a line of JSON for each, its layers with their
// features; geometry in tile units, x to the right, y down, rings closed.
import { readFileSync } from "node:fs";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const input = readFileSync(0);
for (let at = 0; at < input.length; ) {
  const end = at + 4 + input.readUInt32LE(at);
  const tile = new VectorTile(new PbfReader(input.subarray(at + 4, end)));
  at = end;
  const layers = Object.values(tile.layers).map((layer) => ({
    name: layer.name,
    version: layer.version,
    extent: layer.extent,
    features: Array.from({ length: layer.length }, (_, i) => {
      const f = layer.feature(i);
      return {
        id: f.id,
        type: f.type,
        parts: f.loadGeometry().map((part) => part.map((p) => [p.x, p.y])),
        properties: f.properties,
      };
    }),
  }));
  console.log(JSON.stringify(layers));
}
