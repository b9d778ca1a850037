// Reads a PMTiles archive with the reader that maps use, for the tests of the
// writer. Argument: the file. In: a line "z/x/y" for each tile that is wanted.
// Out: a line of JSON with header and metadata, then one for each tile: its bytes
// without compression in base64, or null.
import { openSync, readFileSync, readSync } from "node:fs";
import { PMTiles } from "pmtiles";

const path = process.argv[2] ?? "";
const file = openSync(path, "r");
const archive = new PMTiles({
  getKey: () => path,
  getBytes: async (offset, length) => {
    const data = Buffer.alloc(length);
    const n = readSync(file, data, 0, length, offset);
    return { data: data.buffer.slice(data.byteOffset, data.byteOffset + n) };
  },
});
console.log(JSON.stringify({ header: await archive.getHeader(), metadata: await archive.getMetadata() }));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [z, x, y] = line.split("/").map(Number);
  const tile = await archive.getZxy(z, x, y);
  console.log(JSON.stringify(tile ? Buffer.from(tile.data).toString("base64") : null));
}
