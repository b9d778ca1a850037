package kml_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/spatial"
)

// TestBounds: what a document can make the reader remember has an end.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, doc, want string }{
		{"folders", "<kml>" + strings.Repeat("<Folder><Placemark/></Folder>", 10_001) + "</kml>", "more than 10000 folders"},
		{"schemas", "<kml>" + strings.Repeat("<Schema/>", 10_001) + "</kml>", "more than 10000 schemas"},
		{"fields", "<kml><Placemark><ExtendedData>" + manyFields(1600) + "</ExtendedData></Placemark></kml>", "more than 1500 different fields"},
		{"depth", "<kml>" + strings.Repeat("<Folder>", 200), "nested deeper"},
		{"a name", `<kml><Placemark><ExtendedData><Data name="` + strings.Repeat("x", 5000) + `"><value>1</value></Data></ExtendedData></Placemark></kml>`, "a name of more than"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := layersOf(t, write(t, "a.kml", tc.doc))
			if e, ok := errors.AsType[*spatial.Error](err); !ok || !strings.Contains(e.Message, tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<Data name="f%d"><value>1</value></Data>`, i)
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, doc, want string }{
		{"links", "<kml><NetworkLink/></kml>", "only 1 × NetworkLink"},
		{"nothing", "<kml/>", "holds no placemarks"},
		{"cut short", "<kml><Document><Placemark>", "cut short"},
		{"laughs", `<!DOCTYPE kml [<!ENTITY a "lol">]><kml><Placemark/></kml>`, "entity definitions"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := layersOf(t, write(t, "a.kml", tc.doc))
			if e, ok := errors.AsType[*spatial.Error](err); !ok || !strings.Contains(e.Message, tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	for _, doc := range []string{"", "<gpx/>", "{}", "<html><kml/></html>"} {
		if layers, err := layersOf(t, write(t, "a.txt", doc)); err != nil || len(layers) > 0 {
			t.Errorf("%q: %d layers, %v", doc, len(layers), err)
		}
	}
}

func FuzzKML(f *testing.F) {
	f.Add(`<kml><Document><Schema id="s"><SimpleField type="int" name="n"/></Schema><Placemark id="a"><name>x</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="n">1</SimpleData></SchemaData><Data name="b"><value>2</value></Data></ExtendedData><Point><coordinates>1,2,3</coordinates></Point></Placemark></Document></kml>`)
	f.Add(`<kml><Placemark><MultiGeometry><Polygon><innerBoundaryIs><LinearRing><coordinates>1,1 2, 2,3 3,3</coordinates></LinearRing></innerBoundaryIs><outerBoundaryIs><LinearRing><coordinates>0,0 9,9 1,2 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark></kml>`)
	f.Add(`<?xml version="1.0" encoding="windows-1258"?><!DOCTYPE kml><kml xmlns:gx="x"><Folder><Placemark><gx:Track><when>2020</when><gx:coord>1 2 3</gx:coord></gx:Track></Placemark></Folder></kml>`)
	path := filepath.Join(f.TempDir(), "a.kml")
	f.Fuzz(func(t *testing.T, doc string) {
		if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		layers, err := layersOf(t, path)
		if err != nil {
			return
		}
		for _, l := range layers {
			describe(t, l)
		}
	})
}
