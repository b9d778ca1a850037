package icons_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"testing"

	"gisd/tiles/styles/icons"
)

func TestDrawSprites(t *testing.T) {
	t.Parallel()
	for _, ratio := range []int{1, 2} {
		got, err := icons.DrawSprites(ratio)
		if err != nil {
			t.Fatal(err)
		}
		again, err := icons.DrawSprites(ratio)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.PNG, again.PNG) || !bytes.Equal(got.Index, again.Index) {
			t.Error("two drawings differ")
		}
		var index map[string]struct{ X, Y, Width, Height, PixelRatio int }
		if err := json.Unmarshal(got.Index, &index); err != nil {
			t.Fatal(err)
		}
		sheet, err := png.Decode(bytes.NewReader(got.PNG))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range icons.Names() {
			e, ok := index[name]
			if !ok || e.PixelRatio != ratio || e.X+e.Width > sheet.Bounds().Dx() || e.Y+e.Height > sheet.Bounds().Dy() {
				t.Errorf("%s@%d: %+v on a sheet of %v", name, ratio, e, sheet.Bounds())
				continue
			}
			inked := 0
			for y := e.Y; y < e.Y+e.Height; y++ {
				for x := e.X; x < e.X+e.Width; x++ {
					if _, _, _, a := sheet.At(x, y).RGBA(); a > 0x8000 {
						inked++
					}
				}
			}
			// The pointer alone is a small part of its square.
			if share := float64(inked) / float64(e.Width*e.Height); share < 0.06 || share > 0.95 {
				t.Errorf("%s@%d: %.2f of its square is inked", name, ratio, share)
			}
		}
		if len(index) != len(icons.Names()) {
			t.Errorf("%d entries for %d icons: a name is there twice", len(index), len(icons.Names()))
		}
	}
}
