package glyphs_test

import (
	"encoding/binary"
	"math"
	"testing"

	"gisd/spatial"
	"gisd/tiles/styles/glyphs"
)

// glyph is what a client reads out of the protobuf; the decoder is the test's own.
type glyph struct {
	bitmap        []byte
	width, height int
	left, top     int
	advance       int
}

func decodeGlyphs(t *testing.T, b []byte) (name string, set map[rune]glyph) {
	t.Helper()
	set = map[rune]glyph{}
	fields(t, b, func(n int, stack []byte, _ uint64) {
		fields(t, stack, func(n int, content []byte, _ uint64) {
			switch n {
			case 1:
				name = string(content)
			case 3:
				var id rune
				var g glyph
				fields(t, content, func(n int, bytes []byte, v uint64) {
					signed := int(v>>1) ^ -int(v&1)
					switch n {
					case 1:
						id = rune(v)
					case 2:
						g.bitmap = bytes
					case 3:
						g.width = int(v)
					case 4:
						g.height = int(v)
					case 5:
						g.left = signed
					case 6:
						g.top = signed
					case 7:
						g.advance = int(v)
					}
				})
				set[id] = g
			}
		})
	})
	return name, set
}

func fields(t *testing.T, b []byte, each func(number int, bytes []byte, value uint64)) {
	t.Helper()
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		value, m := binary.Uvarint(b[n:])
		if n <= 0 || m <= 0 {
			t.Fatal("not a protobuf")
		}
		b = b[n+m:]
		if key&7 == 2 {
			each(int(key>>3), b[:value], 0)
			b = b[value:]
			continue
		}
		each(int(key>>3), nil, value)
	}
}

func newGlyphs(t *testing.T) *glyphs.Set {
	t.Helper()
	g, err := glyphs.New()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGlyphsCoverVietnamese(t *testing.T) {
	t.Parallel()
	g := newGlyphs(t)
	ranges := map[string]map[rune]glyph{}
	for _, stack := range []string{glyphs.FontRegular, glyphs.FontBold, glyphs.FontItalic} {
		for _, span := range []string{"0-255", "256-511", "7680-7935", "8192-8447"} {
			b, err := g.Range(stack, span)
			if err != nil {
				t.Fatal(err)
			}
			_, ranges[span] = decodeGlyphs(t, b)
		}
		text := "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYaăâbcdđeêghiklmnoôơpqrstuưvxy₫²"
		for r := rune(0x1EA0); r <= 0x1EF9; r++ {
			text += string(r)
		}
		for _, r := range text {
			span := map[rune]string{0: "0-255", 1: "256-511", 0x1E: "7680-7935", 0x20: "8192-8447"}[r>>8]
			got, ok := ranges[span][r]
			if !ok || len(got.bitmap) != (got.width+6)*(got.height+6) || got.advance == 0 {
				t.Errorf("%s: %c (%U): %d bytes for %dx%d, advance %d, present %v",
					stack, r, r, len(got.bitmap), got.width, got.height, got.advance, ok)
			}
		}
	}
}

func TestGlyphMetrics(t *testing.T) {
	t.Parallel()
	b, err := newGlyphs(t).Range("Nowhere Sans,"+glyphs.FontRegular, "0-255")
	if err != nil {
		t.Fatal(err)
	}
	name, set := decodeGlyphs(t, b)
	if name != glyphs.FontRegular {
		t.Errorf("stack name %q", name)
	}
	// Liberation Sans: capitals 1409 of 2048 units high, "H" 1479 and space 569 wide.
	h := set['H']
	if h.height != 17 || h.top != 17-25 || h.advance != 17 || h.left != 1 {
		t.Errorf("H: height %d top %d advance %d left %d", h.height, h.top, h.advance, h.left)
	}
	if space := set[' ']; space.advance != 7 || len(space.bitmap) != 0 {
		t.Errorf("space: advance %d, %d bytes", space.advance, len(space.bitmap))
	}
	// The stem of "H" (units 168 to 359, 2.24 px) holds the middle row's highest
	// value at its centre; the field falls by 255/8 a pixel away from its edge.
	columns := h.width + 6
	row := h.bitmap[5*columns : 6*columns]
	for column, got := range row[:8] {
		x := float64(h.left+column-3) + 0.5
		left, right := 168.0*24/2048, 359.0*24/2048
		outside := math.Max(left-x, x-right)
		want := 255 * (0.75 - outside/8)
		if x < 4.5 && math.Abs(float64(got)-want) > 1 {
			t.Errorf("x %.1f: got %d, want %.1f", x, got, want)
		}
	}
}

// The horn of Ư overlaps its stem as a contour of its own: inside both there
// is no edge, so no value near the edge's 191.
func TestOverlappingContours(t *testing.T) {
	t.Parallel()
	b, err := newGlyphs(t).Range(glyphs.FontBold, "256-511")
	if err != nil {
		t.Fatal(err)
	}
	_, set := decodeGlyphs(t, b)
	g := set['Ư']
	inside := 0
	for _, v := range g.bitmap {
		if v > 200 {
			inside++
		}
	}
	if inside < 100 {
		t.Errorf("only %d pixels are well inside Ư", inside)
	}
}

func TestGlyphRangeErrors(t *testing.T) {
	t.Parallel()
	g := newGlyphs(t)
	tests := []struct{ name, stack, span string }{
		{"unknown font", "Comic Sans", "0-255"},
		{"not a block", glyphs.FontRegular, "1-256"},
		{"wrong end", glyphs.FontRegular, "0-511"},
		{"beyond the plane", glyphs.FontRegular, "65536-65791"},
		{"no numbers", glyphs.FontRegular, "a-b"},
		{"leading zero", glyphs.FontRegular, "0-0255"},
		{"nothing", glyphs.FontRegular, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := g.Range(tt.stack, tt.span); spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Errorf("got %v, want not_found", err)
			}
		})
	}
}

func BenchmarkGlyphRange(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		g, err := glyphs.New()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := g.Range(glyphs.FontRegular, "7680-7935"); err != nil {
			b.Fatal(err)
		}
	}
}
