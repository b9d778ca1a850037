// read_ogcapi.mjs LANDING COLLECTION SIZE: prints the id of every feature, following the links.
import { FeatureService } from "@ogcapi-js/features";

const [baseUrl, collection, limit] = process.argv.slice(2);
const service = new FeatureService({ baseUrl });
let params = { limit };
while (params) {
  const page = await service.getFeatures(collection, { params });
  const ids = page.features.map((feature) => feature.id);
  if (ids.length > 0) process.stdout.write(`${ids.join("\n")}\n`);
  const next = page.links.find((link) => link.rel === "next");
  params = next && Object.fromEntries(new URL(next.href).searchParams);
}
