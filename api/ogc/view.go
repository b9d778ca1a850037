package ogc

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// view is how features are shown: in which system and with which digits, which of
// their properties, and how fine their geometries.
type view struct {
	to              wire
	decimals        int
	fields          []string // nil is all
	withoutGeometry bool
	toleranceMeters float64
	titles          bool // codes give way to what they mean
}

// The profiles of features: codes as they are stored, or in words.
const (
	profileCodes  = "val-as-code"
	profileTitles = "val-as-title"
)

// zoomMost is the finest zoom level that geometries are simplified for.
const zoomMost = 24

func readView(p *negotiate.Params, c *spatial.Collection) view {
	v := view{to: readCRS(p, "crs", c)}
	v.decimals = v.to.decimals()
	if n, ok := p.Count("precision", 15); ok {
		v.decimals = min(v.decimals, int(n))
	}
	v.fields = readProperties(p, c)
	v.withoutGeometry = p.Choice("skipGeometry", "false", "true") == "true"
	if zoom, ok := p.Count("zoom-level", zoomMost); ok {
		v.toleranceMeters = toleranceAt(int(zoom))
	}
	v.titles = p.Choice("profile", profileCodes, profileTitles) == profileTitles
	return v
}

// toleranceAt is half a pixel of a tile of 256 pixels at the equator, in metres.
func toleranceAt(zoom int) float64 {
	const equator = 40_075_016.685578488
	return equator / 256 / 2 / float64(int64(1)<<zoom)
}

// readProperties reads the names of the properties wanted, joined by commas; the
// empty text is none of them.
func readProperties(p *negotiate.Params, c *spatial.Collection) []string {
	text, ok := p.Text("properties")
	if !ok {
		return nil
	}
	names := []string{}
	if text == "" {
		return names
	}
	for name := range strings.SplitSeq(text, ",") {
		if _, ok := c.Field(name); !ok {
			p.Fault("properties", strconv.Quote(name)+" is not a property of the collection")
			continue
		}
		names = append(names, name)
	}
	return names
}

// of is the collection with the properties that are shown, in their order there.
func (v view) of(c *spatial.Collection) (shown *spatial.Collection, places []int) {
	narrowed := *c
	narrowed.Fields = nil
	for i, f := range c.Fields {
		if v.fields == nil || slices.Contains(v.fields, f.Name) {
			narrowed.Fields = append(narrowed.Fields, f)
			places = append(places, i)
		}
	}
	return &narrowed, places
}

// readSort reads sortby: properties joined by commas, one with a minus before it
// in descending order.
func readSort(p *negotiate.Params, c *spatial.Collection) []spatial.Sort {
	text, ok := p.Text("sortby")
	if !ok {
		return nil
	}
	var keys []spatial.Sort
	for part := range strings.SplitSeq(text, ",") {
		name, descending := strings.CutPrefix(part, "-")
		if !descending {
			// A plus that was not escaped arrives as a space.
			name = strings.TrimPrefix(strings.TrimPrefix(part, "+"), " ")
		}
		field, ok := c.Field(name)
		switch {
		case !ok || !sortable(field):
			p.Fault("sortby", strconv.Quote(name)+" is not a property to sort by; see /sortables")
			continue
		case len(keys) == sortMost:
			p.Fault("sortby", "has more than "+strconv.Itoa(sortMost)+" keys")
			return keys
		}
		keys = append(keys, spatial.Sort{Field: field, Descending: descending})
	}
	return keys
}

// sortMost bounds the keys of an order.
const sortMost = 5

func sortable(f spatial.Field) bool { return f.Type != spatial.FieldJSON }

// readNames reads q: terms joined by commas, of each all words or none.
func readNames(p *negotiate.Params, c *spatial.Collection) []string {
	const termsMost = 10
	text, ok := p.Text("q")
	if !ok {
		return nil
	}
	terms := strings.Split(text, ",")
	switch {
	case c.SearchField == "":
		p.Fault("q", "the collection has no property that names its features")
	case strings.TrimFunc(text, isMark) == "":
		p.Fault("q", "has no letter and no digit")
	case len(terms) > termsMost:
		p.Fault("q", "has more than "+strconv.Itoa(termsMost)+" terms")
	default:
		return terms
	}
	return nil
}

func isMark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
