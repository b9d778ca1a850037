package icons

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"golang.org/x/image/vector"
)

// Sprites is one sheet of icons: the index and the picture.
type Sprites struct {
	Index []byte // JSON
	PNG   []byte
}

// spriteEntry is where an icon is on the sheet, in the sheet's own pixels.
type spriteEntry struct {
	X          int `json:"x"`
	Y          int `json:"y"`
	Width      int `json:"width"`
	Height     int `json:"height"`
	PixelRatio int `json:"pixelRatio"`
}

const (
	sheetWidth = 256 // CSS pixels
	iconGap    = 2   // keeps neighbours apart when the sheet is sampled
)

// DrawSprites renders the sheet for a pixel ratio of 1 or 2. The same ratio
// always gives the same bytes.
func DrawSprites(ratio int) (Sprites, error) {
	icons := allIcons()
	index := make(map[string]spriteEntry, len(icons))
	x, y, rowHeight := 0, 0, 0
	for _, icon := range icons {
		if x+icon.size > sheetWidth {
			x, y, rowHeight = 0, y+rowHeight+iconGap, 0
		}
		index[icon.name] = spriteEntry{x * ratio, y * ratio, icon.size * ratio, icon.size * ratio, ratio}
		x += icon.size + iconGap
		rowHeight = max(rowHeight, icon.size)
	}
	sheet := image.NewNRGBA(image.Rect(0, 0, sheetWidth*ratio, (y+rowHeight)*ratio))
	for _, icon := range icons {
		e := index[icon.name]
		area := image.Rect(e.X, e.Y, e.X+e.Width, e.Y+e.Height)
		for _, s := range icon.shapes {
			if err := paint(sheet, area, s, float32(e.Width)/iconGrid); err != nil {
				return Sprites{}, fmt.Errorf("styles: draw icon %q: %w", icon.name, err)
			}
		}
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, sheet); err != nil {
		return Sprites{}, fmt.Errorf("styles: encode sprites: %w", err)
	}
	list, err := json.Marshal(index)
	if err != nil {
		return Sprites{}, fmt.Errorf("styles: encode sprite index: %w", err)
	}
	return Sprites{Index: list, PNG: picture.Bytes()}, nil
}

func paint(sheet draw.Image, area image.Rectangle, s shape, scale float32) error {
	fill, err := shapeColor(s.color)
	if err != nil {
		return err
	}
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	if err := tracePath(r, s.path, scale); err != nil {
		return err
	}
	r.Draw(sheet, area, image.NewUniform(fill), image.Point{})
	return nil
}

// shapeColor reads #rrggbb or #rrggbbaa.
func shapeColor(text string) (color.Color, error) {
	v, err := hex.DecodeString(strings.TrimPrefix(text, "#"))
	switch {
	case err == nil && len(v) == 3:
		return color.NRGBA{v[0], v[1], v[2], 255}, nil
	case err == nil && len(v) == 4:
		return color.NRGBA{v[0], v[1], v[2], v[3]}, nil
	}
	return nil, fmt.Errorf("colour %q is not #rrggbb", text)
}
