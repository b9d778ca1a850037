package glyphs

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansbolditalic"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"

	"gisd/spatial"
)

// The font stacks that a style may name.
const (
	FontRegular    = "Liberation Sans Regular"
	FontBold       = "Liberation Sans Bold"
	FontItalic     = "Liberation Sans Italic"
	FontBoldItalic = "Liberation Sans Bold Italic"
)

// Glyph ranges are blocks of 256 code points of the basic multilingual plane,
// the only ones that MapLibre asks for.
const (
	glyphRange = 256
	lastRange  = 0xFF00
)

// Set renders ranges of signed distance fields out of the fonts inside the
// program and keeps each one that was asked for: at most 256 a face, some
// 60 kB each. Safe for concurrent use.
type Set struct {
	faces map[string]*face
}

type face struct {
	name string
	font *sfnt.Font
	mu   sync.Mutex
	made map[rune][]byte
}

// New parses the fonts.
func New() (*Set, error) {
	sources := []struct {
		name string
		ttf  []byte
	}{
		{FontRegular, liberationsansregular.TTF},
		{FontBold, liberationsansbold.TTF},
		{FontItalic, liberationsansitalic.TTF},
		{FontBoldItalic, liberationsansbolditalic.TTF},
	}
	g := &Set{faces: make(map[string]*face, len(sources))}
	for _, s := range sources {
		font, err := sfnt.Parse(s.ttf)
		if err != nil {
			return nil, fmt.Errorf("styles: parse font %q: %w", s.name, err)
		}
		g.faces[s.name] = &face{name: s.name, font: font, made: map[rune][]byte{}}
	}
	return g, nil
}

// Range returns the glyphs protobuf of a font stack, names joined by commas of
// which the first known one is used, and a range such as "7680-7935". Errors:
// not_found for an unknown stack or a range that is no block of 256.
func (g *Set) Range(stack, span string) ([]byte, error) {
	first, ok := parseRange(span)
	if !ok {
		return nil, spatial.NotFound("styles: glyphs", "Glyph ranges are blocks of 256 code points, such as 0-255.")
	}
	for name := range strings.SplitSeq(stack, ",") {
		if f, ok := g.faces[strings.TrimSpace(name)]; ok {
			return f.glyphRange(first)
		}
	}
	return nil, spatial.NotFound("styles: glyphs", "There is no such font here.")
}

func parseRange(span string) (rune, bool) {
	from, to, ok := strings.Cut(span, "-")
	if !ok {
		return 0, false
	}
	first, err := strconv.ParseUint(from, 10, 32)
	if err != nil || first%glyphRange != 0 || first > lastRange {
		return 0, false
	}
	if to != strconv.FormatUint(first+glyphRange-1, 10) {
		return 0, false
	}
	return rune(first), true
}

func (f *face) glyphRange(first rune) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if done, ok := f.made[first]; ok {
		return done, nil
	}
	stack := appendField(nil, 1, []byte(f.name))
	stack = appendField(stack, 2, fmt.Appendf(nil, "%d-%d", first, first+glyphRange-1))
	var buf sfnt.Buffer
	for r := first; r < first+glyphRange; r++ {
		glyph, ok, err := drawGlyph(f.font, &buf, r)
		if err != nil {
			return nil, fmt.Errorf("styles: glyph %U of %q: %w", r, f.name, err)
		}
		if ok {
			stack = appendField(stack, 3, glyph.appendTo(nil))
		}
	}
	f.made[first] = appendField(nil, 1, stack)
	return f.made[first], nil
}

// sdfGlyph is one message `glyph` of the format: sizes in pixels of a 24 px em
// without the buffer, Top from the line's ascender down (so mostly negative).
type sdfGlyph struct {
	id            rune
	bitmap        []byte // (width+2*buffer) * (height+2*buffer)
	width, height int
	left, top     int
	advance       int
}

func (g sdfGlyph) appendTo(b []byte) []byte {
	b = appendVarint(b, 1, uint64(g.id))
	if len(g.bitmap) > 0 {
		b = appendField(b, 2, g.bitmap)
	}
	b = appendVarint(b, 3, uint64(g.width))
	b = appendVarint(b, 4, uint64(g.height))
	b = appendVarint(b, 5, zigzag(g.left))
	b = appendVarint(b, 6, zigzag(g.top))
	return appendVarint(b, 7, uint64(g.advance))
}

func zigzag(v int) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

// appendField appends a length-delimited protobuf field.
func appendField(b []byte, number uint64, content []byte) []byte {
	b = binary.AppendUvarint(b, number<<3|2)
	b = binary.AppendUvarint(b, uint64(len(content)))
	return append(b, content...)
}

func appendVarint(b []byte, number, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, number<<3), value)
}
