import type { Geometry } from "geojson";
import type { Text } from "../i18n/language";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/** One line of the layer list; the server writes it into the style's metadata. */
export interface CollectionInfo {
  id: string;
  group: string;
  title: Text;
  description?: Text;
  attribution?: string;
  geometryType: string;
  /** text: tiles carry the feature id as their property "id". */
  idKind: "integer" | "text";
  featureCount: number;
  /** West, south, east, north degrees. */
  extent?: [number, number, number, number];
  public: boolean;
  draft?: boolean;
  hidden?: boolean;
  minzoom: number;
  searchField?: string;
  versionAt?: string;
  /** Tiles that the server does not draw itself: without features to ask for. */
  tileset?: "raster" | "vector";
  fields: FieldInfo[];
  legend: LegendEntry[];
}

export type FieldType = "string" | "integer" | "number" | "boolean" | "date" | "datetime" | "json";

export interface FieldInfo {
  name: string;
  type: FieldType;
  title?: Text;
  /** UCUM, "m2". */
  unit?: string;
  codeList?: string;
}

export interface LegendEntry {
  value?: string;
  label?: Text;
  kind: "fill" | "line" | "circle" | "symbol";
  color: string;
  opacity: number;
  outline?: string;
  width?: number;
  dash?: number[];
  icon?: string;
}

export interface GroupInfo {
  id: string;
  title: Text;
}

export interface StyleMetadata {
  "gisd:bounds": [number, number, number, number];
  "gisd:groups": GroupInfo[];
  "gisd:collections": CollectionInfo[];
  "gisd:codeLists": Record<string, Record<string, Text>>;
}

/** A GeoJSON feature; coordinates are lon, lat degrees of WGS 84. */
export interface Feature {
  type: "Feature";
  id?: string | number;
  geometry: Geometry | null;
  properties: Record<string, unknown> | null;
}

/** Degrees; the bbox is west, south, east, north. */
export type SearchHit = SearchAnswer["hits"][number];
export type SearchAnswer = Schemas["SearchAnswer"];
export type Me = Schemas["Me"];

/** A device's last known position, as the live stream sends it: degrees, km/h, metres, RFC 3339 in UTC. */
export type DevicePosition = Omit<Schemas["Position"], "attributes" | "time"> &
  Pick<Schemas["Device"], "kind" | "name"> & {
    time: string;
    attributes?: Record<string, unknown>;
  };
