package dxf_test

import (
	"fmt"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/dxf"
	"gisd/importers/geojson"
	"gisd/importers/importertest"
)

// layersOf lists the layers of a drawing given as bytes.
func layersOf(t testing.TB, drawing []byte) ([]importers.Layer, error) {
	t.Helper()
	return importertest.Layers(t, dxf.Format{}, importertest.File(t, "a.dxf", drawing))
}

func openNamed(t testing.TB, drawing []byte, name string) importers.Source {
	t.Helper()
	layers, err := layersOf(t, drawing)
	if err != nil {
		t.Fatal(err)
	}
	l, err := importers.ChooseLayer(layers, name)
	if err != nil {
		t.Fatal(err)
	}
	src, err := l.Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func openWhole(t testing.TB, drawing []byte) importers.Source {
	t.Helper()
	return openNamed(t, drawing, "entities")
}

// tags turns "0 LINE|10 1|20 2" into the lines of a file.
func tags(s string) string {
	var b strings.Builder
	for _, line := range strings.Split(s, "|") {
		code, value, _ := strings.Cut(strings.TrimLeft(line, " \n\t"), " ")
		b.WriteString(code + "\n" + value + "\n")
	}
	return b.String()
}

// inSections puts blocks and entities, in the form of tags, into a drawing.
func inSections(header, tables, blocks, entities string) []byte {
	s := ""
	for _, p := range [][2]string{{"HEADER", header}, {"TABLES", tables}, {"BLOCKS", blocks}, {"ENTITIES", entities}} {
		s += tags("0 SECTION|2 " + p[0])
		if p[1] != "" {
			s += tags(p[1])
		}
		s += tags("0 ENDSEC")
	}
	return []byte(s + tags("0 EOF"))
}

func drawing(blocks, entities string) []byte { return inSections("", "", blocks, entities) }

// shapes lists the features as their geometry in GeoJSON, shortened.
func shapes(t testing.TB, src importers.Source, digits int) []string {
	t.Helper()
	var all []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil {
			all = append(all, "error: "+r.Err.Reason.EN)
			return nil
		}
		g, err := geojson.AppendGeometry(nil, r.Geometry, digits)
		if err != nil {
			return err
		}
		all = append(all, strings.NewReplacer(`"type":`, "", `"coordinates":`, "", `"geometries":`, "", `"`, "").Replace(string(g)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// column lists the values of a field.
func column(t testing.TB, src importers.Source, name string) []string {
	t.Helper()
	at := -1
	s := src.Schema()
	for i, f := range s.Fields {
		if f.Name == name {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("no field %s", name)
	}
	var all []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		switch v := r.Values[at]; {
		case !v.Valid:
			all = append(all, "-")
		case v.Bytes != nil:
			all = append(all, string(v.Bytes))
		default:
			all = append(all, importers.ValueText(s.Fields[at].Type, &v))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(layers []importers.Layer) string {
	var all []string
	for _, l := range layers {
		all = append(all, fmt.Sprintf("%s %v", l.Name, l.Whole))
	}
	return strings.Join(all, ", ")
}
