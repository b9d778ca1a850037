package styles

import (
	"fmt"
	"strconv"
)

// Darker mixes a #rgb or #rrggbb colour with black, for outlines; anything
// else is returned as it is.
func Darker(color string) string {
	r, g, b, ok := ParseColor(color)
	if !ok {
		return color
	}
	const keep = 0.68
	mix := func(v uint8) uint8 { return uint8(float64(v) * keep) }
	return fmt.Sprintf("#%02x%02x%02x", mix(r), mix(g), mix(b))
}

// ParseColor reads #rgb or #rrggbb.
func ParseColor(color string) (r, g, b uint8, ok bool) {
	if len(color) == 4 {
		color = string([]byte{'#', color[1], color[1], color[2], color[2], color[3], color[3]})
	}
	if len(color) != 7 || color[0] != '#' {
		return 0, 0, 0, false
	}
	v, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return 0, 0, 0, false
	}
	return uint8(v >> 16), uint8(v >> 8), uint8(v), true
}
