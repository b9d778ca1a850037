package spatial

import (
	"encoding/json"
	"time"
)

// TilesetKind says where the tiles of a Tileset come from.
type TilesetKind string

// The kinds; an archive is a file that every node of the server has under the
// same path.
const (
	TilesetArchive TilesetKind = "archive" // PMTiles or MBTiles
	TilesetXYZ     TilesetKind = "xyz"
	TilesetWMTS    TilesetKind = "wmts"
	TilesetWMS     TilesetKind = "wms"
)

// Tileset is an entry of the catalogue whose tiles are not drawn here: an archive
// on disk, or tiles of another server. Its tiles are those of WebMercatorQuad. It
// shares the ids of collections, and who may read it is decided alike. It is
// immutable once handed out.
type Tileset struct {
	ID          string
	Title       Text
	Description Text
	Group       string
	Ordinal     int
	Attribution string
	Department  string
	Visibility  Visibility
	Roles       []Role // for VisibilityRestricted
	Published   bool
	Hidden      bool // off in the map until somebody turns it on

	Kind TilesetKind
	// Source is the path of the archive, or the address with {z}, {x}, {y} (XYZ),
	// {TileMatrix}, {TileCol}, {TileRow} (WMTS) or {bbox} (WMS).
	Source string
	// Proxied has this server ask for the tiles, so that the address stays here.
	Proxied      bool
	Format       string // "pbf" (vector tiles), "png", "jpg" or "webp"
	TileSize     int    // pixels a side of raster tiles
	MinZoom      int
	MaxZoom      int
	Extent       Envelope        // SRID 4326
	VectorLayers json.RawMessage // as in TileJSON; nil for raster tiles
	UpdatedAt    time.Time
}

// Vector reports whether the tiles are Mapbox Vector Tiles.
func (t *Tileset) Vector() bool { return t.Format == "pbf" }

// Ending is how the address of a tile ends here.
func (t *Tileset) Ending() string {
	if t.Vector() {
		return ".mvt"
	}
	return "." + t.Format
}

// Direct reports whether browsers ask the other server themselves: where no role
// protects the tiles and their address may be seen.
func (t *Tileset) Direct() bool {
	return t.Kind != TilesetArchive && !t.Proxied && t.Published && t.Visibility == VisibilityPublic
}

// CanReadTileset is CanRead of an entry whose tiles are not drawn here.
func (a Access) CanReadTileset(t *Tileset) bool {
	return a.canRead(t.Published, t.Visibility, t.Roles, t.Department)
}
