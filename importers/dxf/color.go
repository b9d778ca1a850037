package dxf

import "strconv"

// color is an AutoCAD colour index with 256 for "as the layer" and 0 for "as
// the block", or a true colour.
type color struct {
	aci int
	rgb int // -1 without
}

const (
	byBlock = 0
	byLayer = 256
)

func (e *entity) color() color {
	c := color{aci: e.int(62, byLayer), rgb: -1}
	if g, ok := e.find(420); ok {
		c.rgb = saturate(g.number) & 0xffffff
	}
	return c
}

// appendRGB appends "#rrggbb".
func (c color) appendRGB(dst []byte) []byte {
	v := c.rgb
	if v < 0 {
		v = paletteRGB(c.aci)
	}
	dst = append(dst, '#')
	for shift := 20; shift >= 0; shift -= 4 {
		dst = strconv.AppendInt(dst, int64(v>>shift&0xf), 16)
	}
	return dst
}

// paletteRGB computes AutoCAD's palette: 24 hues of 5 brightnesses, each full
// and half saturated. Index 7 is black or white by the background; it is taken
// for black, because maps are light.
func paletteRGB(i int) int {
	basic := [...]int{0, 0xff0000, 0xffff00, 0x00ff00, 0x00ffff, 0x0000ff, 0xff00ff, 0, 0x808080, 0xc0c0c0}
	greys := [...]int{0x333333, 0x5b5b5b, 0x848484, 0xadadad, 0xd6d6d6, 0xffffff}
	switch {
	case i < 0 || i > 255:
		return 0
	case i < 10:
		return basic[i]
	case i >= 250:
		return greys[i-250]
	}
	sextant, step := (i/10-1)/4, float64((i/10-1)%4)/4
	up, down := step, 1-step
	rgb := [6][3]float64{{1, up, 0}, {down, 1, 0}, {0, 1, up}, {0, down, 1}, {up, 0, 1}, {1, 0, down}}[sextant]
	level := [...]float64{255, 165, 127, 76, 38}[i%10/2]
	v := 0
	for _, c := range rgb {
		if i%2 == 1 {
			c = (c + 1) / 2
		}
		v = v<<8 | int(level*c+1e-9)
	}
	return v
}
