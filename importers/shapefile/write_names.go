package shapefile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

const nameBytes = 10 // of a dBASE field

// dbfFields names the columns. A name that fits ten bytes stays as it is, with its
// diacritics; a longer one that is not ASCII becomes the beginning of the plain
// Latin column name. Names are unique without regard to case.
func dbfFields(h *importers.Header) []dbfField {
	used := map[string]bool{}
	var out []dbfField
	if h.IDKind == spatial.IDText && h.IDField == "" {
		out = append(out, dbfField{name: "id", from: "id", kind: spatial.FieldString})
		used["id"] = true
	}
	for _, f := range h.Fields {
		name := strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return '_'
			}
			return r
		}, f.Name)
		if (len(name) > nameBytes && !ascii(name) || name == "") && f.Column != "" {
			name = f.Column
		}
		if name == "" {
			name = "field"
		}
		short := fit(name, "")
		for n := 1; used[strings.ToLower(short)]; n++ {
			short = fit(name, fmt.Sprintf("_%d", n))
		}
		used[strings.ToLower(short)] = true
		out = append(out, dbfField{name: short, from: f.Name, kind: f.Type})
	}
	return out
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func fit(name, suffix string) string {
	if len(name)+len(suffix) > nameBytes {
		name = string(cutText([]byte(name), nameBytes-len(suffix)))
	}
	return name + suffix
}

// fileName is the layer's name as a file system takes it.
func fileName(layer string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, layer), " .")
	if name == "" {
		return "layer"
	}
	return string(cutText(append([]byte(name), ' '), min(len(name), 100)))
}

// projection is the content of the .prj: ESRI's own text for the systems that
// are known here, for others the header's without what ESRI's dialect lacks, but
// with the code at its end: readers pass over it or find the system by it.
func projection(h *importers.Header) string {
	if s, ok := crs.Lookup(h.SRID); ok {
		return s.ESRI()
	}
	wkt := strings.TrimSpace(h.WKT)
	for _, node := range []string{`,\s*AUTHORITY\s*\["[^"]*"\s*,\s*"?[^"\]]*"?\]`, `,\s*TOWGS84\s*\[[^\]]*\]`, `,\s*AXIS\s*\["[^"]*"\s*,\s*[A-Za-z]+\]`, `,\s*EXTENSION\s*\["[^"]*"\s*,\s*"[^"]*"\]`} {
		wkt = regexp.MustCompile(node).ReplaceAllString(wkt, "")
	}
	if body, ok := strings.CutSuffix(wkt, "]"); ok && h.SRID > 0 && h.SRID < 990000 {
		wkt = fmt.Sprintf(`%s,AUTHORITY["EPSG","%d"]]`, body, h.SRID)
	}
	return wkt
}
