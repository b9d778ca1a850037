package icons

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// iconSVG is an icon as a document for desktop programs, in the icon's own
// pixels; "" for an unknown name.
func iconSVG(name string) string {
	for _, i := range allIcons() {
		if i.name != name {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`, i.size, i.size, iconGrid, iconGrid)
		for _, s := range i.shapes {
			color, opacity := s.color, ""
			if len(color) == 9 {
				var alpha uint8
				if _, err := fmt.Sscanf(color[7:], "%02x", &alpha); err == nil {
					opacity = fmt.Sprintf(` fill-opacity="%.2f"`, float64(alpha)/255)
				}
				color = color[:7]
			}
			fmt.Fprintf(&b, `<path fill="%s"%s d="%s"/>`, color, opacity, svgPath(s.path))
		}
		b.WriteString("</svg>")
		return b.String()
	}
	return ""
}

// svgPath writes the discs and rectangles of tracePath as arcs; the other
// commands are SVG's.
func svgPath(path string) string {
	words := strings.Fields(path)
	var out []string
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "O":
			x, y, r := words[i+1], words[i+2], words[i+3]
			d := plus("0", 2, r)
			out = append(out, fmt.Sprintf("M %s %s m %s 0 a %s %s 0 1 1 -%s 0 a %s %s 0 1 1 %s 0 Z", x, y, r, r, r, d, r, r, d))
			i += 3
		case "R":
			x, y, w, h, r := words[i+1], words[i+2], words[i+3], words[i+4], words[i+5]
			out = append(out, fmt.Sprintf("M %s %s m %s 0 h %s a %s %s 0 0 1 %s %s v %s a %s %s 0 0 1 -%s %s h -%s a %s %s 0 0 1 -%s -%s v -%s a %s %s 0 0 1 %s -%s Z",
				x, y, r, plus(w, -2, r), r, r, r, r, plus(h, -2, r), r, r, r, r, plus(w, -2, r), r, r, r, r, plus(h, -2, r), r, r, r, r))
			i += 5
		default:
			out = append(out, words[i])
		}
	}
	return strings.Join(out, " ")
}

// plus is a + f·b of numbers as the paths have them: a side less its two round
// corners, or a diameter.
func plus(a string, f float64, b string) string {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return strconv.FormatFloat(math.Round((x+f*y)*1e4)/1e4, 'f', -1, 64)
}

// Base64 is how QML and SLD carry an icon within themselves.
func Base64(name string) string {
	return base64.StdEncoding.EncodeToString([]byte(iconSVG(name)))
}

// FromBase64 finds the icon that Base64 wrote.
func FromBase64(content string) (string, bool) {
	content = strings.Join(strings.Fields(content), "")
	for _, name := range Names() {
		if content == Base64(name) {
			return name, true
		}
	}
	return "", false
}
