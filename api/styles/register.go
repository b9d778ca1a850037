package styles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/tiles/styles"
	"gisd/tiles/styles/glyphs"
	"gisd/tiles/styles/icons"
)

// DefaultStyle is the id of the style with all that the caller may read.
const DefaultStyle = "default"

// Catalogue lists what a caller may read, in the order of the layer list.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Tilesets(a spatial.Access) []*spatial.Tileset
}

// CodeLists explains codes; CodeNotFound for an unknown list.
type CodeLists interface {
	CodeList(ctx context.Context, id string) (*spatial.CodeList, error)
}

// Deps is what the handlers need.
type Deps struct {
	Catalogue Catalogue
	CodeLists CodeLists
	Access    func(c echo.Context) spatial.Access
	Origin    negotiate.Origin
	Basemap   styles.Basemap
	Direct    func(*spatial.Tileset) string // where browsers ask another server for tiles
}

type handlers struct {
	Deps
	glyphs  *glyphs.Set
	sprites map[string]asset // by file name
}

// asset is a fixed answer.
type asset struct {
	mediaType, etag string
	body            []byte
}

// Register adds /styles/{id}.{json,qml,sld}, their list at /ogc/styles, /fonts/{stack}/{range}.pbf and
// /sprites/default{,@2x}.{json,png}. It draws the sprites, once.
func Register(e *echo.Echo, d Deps) error {
	set, err := glyphs.New()
	if err != nil {
		return fmt.Errorf("styles: register: %w", err)
	}
	h := &handlers{Deps: d, glyphs: set, sprites: map[string]asset{}}
	for ratio, suffix := range map[int]string{1: "", 2: "@2x"} {
		sheet, err := icons.DrawSprites(ratio)
		if err != nil {
			return fmt.Errorf("styles: register: %w", err)
		}
		h.sprites["default"+suffix+".json"] = newAsset(negotiate.TypeJSON, sheet.Index)
		h.sprites["default"+suffix+".png"] = newAsset("image/png", sheet.PNG)
	}
	e.GET("/styles/:file", h.style)
	e.GET("/ogc/styles", h.list)
	e.GET("/ogc/styles/:style", h.ogcStyle)
	e.GET(arcgisRoute, h.arcgisStyle)
	e.GET("/fonts/:stack/:file", h.font)
	e.GET("/sprites/:file", h.sprite)
	return nil
}

func newAsset(mediaType string, body []byte) asset {
	return asset{mediaType, etagOf(body), body}
}

// newDocument is an answer that the middleware may compress: its validator is weak
// (RFC 9110 §8.8.1).
func newDocument(mediaType string, body []byte) asset {
	return asset{mediaType, "W/" + etagOf(body), body}
}

// etagOf is a strong validator of the bytes.
func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
