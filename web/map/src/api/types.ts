import type { Geometry } from "geojson";
import type { Text } from "../i18n/language";

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

export interface SearchHit {
  collection: string;
  id: string;
  name: string;
  /** Degrees, on the feature. */
  lon: number;
  lat: number;
  /** West, south, east, north degrees. */
  bbox?: [number, number, number, number];
}

export interface SearchAnswer {
  hits: SearchHit[];
}

export interface Me {
  anonymous: boolean;
  subject?: string;
  name?: string;
  roles: string[];
  csrfToken?: string;
}

/** A device's last known position, as the live stream sends it. */
export interface DevicePosition {
  device: string;
  kind: string;
  name: string;
  /** Degrees of WGS 84. */
  lon: number;
  lat: number;
  /** RFC 3339, UTC. */
  time: string;
  /** km/h. */
  speed?: number;
  /** Degrees clockwise from north. */
  bearing?: number;
  /** Radius in metres. */
  accuracy?: number;
  attributes?: Record<string, unknown>;
}
