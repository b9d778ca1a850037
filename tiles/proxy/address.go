package proxy

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/tiles"
)

// BBox is the place of the box in the address of a WMS, in MapLibre's words for
// it, so that a browser fills it in alike.
const BBox = "{bbox-epsg-3857}"

// Address is the address of one tile.
func Address(t *spatial.Tileset, c tiles.Coord) string {
	z, x, y := decimal(c.Z), decimal(c.X), decimal(c.Y)
	e := tiles.WebMercatorQuad().Envelope(c, tiles.Extent, 0)
	box := make([]string, 4)
	for i, v := range []float64{e.MinX, e.MinY, e.MaxX, e.MaxY} {
		box[i] = strconv.FormatFloat(v, 'f', 6, 64)
	}
	return strings.NewReplacer(
		"{z}", z, "{x}", x, "{y}", y, "{-y}", decimal(1<<c.Z-1-c.Y),
		"{TileMatrix}", z, "{TileCol}", x, "{TileRow}", y,
		BBox, strings.Join(box, ","),
	).Replace(t.Source)
}

// Template is the address as MapLibre and TileJSON have it.
func Template(t *spatial.Tileset) string {
	return strings.NewReplacer("{TileMatrix}", "{z}", "{TileCol}", "{x}", "{TileRow}", "{y}").Replace(t.Source)
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// KindOf tells what an address is of, by the places in it; an error says what it
// lacks.
func KindOf(address string) (spatial.TilesetKind, error) {
	const op = "proxy: address"
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", spatial.Invalid(op, "want an http or https address, or the path of an archive")
	}
	has := func(places ...string) bool {
		for _, p := range places {
			if !strings.Contains(address, p) {
				return false
			}
		}
		return true
	}
	switch {
	case has("{TileMatrix}", "{TileCol}", "{TileRow}"):
		return spatial.TilesetWMTS, nil
	case has(BBox):
		return spatial.TilesetWMS, nil
	case has("{z}", "{x}") && (has("{y}") || has("{-y}")):
		return spatial.TilesetXYZ, nil
	}
	return "", spatial.Invalid(op, "the address has no place for the tile: {z}, {x} and {y}; {TileMatrix}, {TileCol} and {TileRow} of a WMTS; or name the layers of a WMS")
}

// WMS makes the address of a GetMap request (OGC 06-042 §7.3) for tiles of so
// many pixels from the address of the service; what it names already stays.
func WMS(service, layers, format string, pixels int) (string, error) {
	u, err := url.Parse(service)
	if err != nil {
		return "", spatial.Invalid("proxy: WMS", "the address of the service cannot be read")
	}
	mime, ok := map[string]string{"png": tiles.TypePNG, "jpg": tiles.TypeJPEG, "webp": tiles.TypeWebP}[format]
	if !ok {
		return "", spatial.Invalid("proxy: WMS", "a WMS draws png, jpg or webp")
	}
	q := u.Query()
	given := map[string]bool{}
	for name := range q {
		given[strings.ToUpper(name)] = true
	}
	size := strconv.Itoa(pixels)
	for name, value := range map[string]string{
		"SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": layers, "STYLES": "", "CRS": "EPSG:3857",
		"FORMAT": mime, "TRANSPARENT": strings.ToUpper(strconv.FormatBool(format != "jpg")), "WIDTH": size, "HEIGHT": size,
	} {
		if !given[name] || name == "REQUEST" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return fmt.Sprintf("%s&BBOX=%s", u, BBox), nil
}
