package ogr

import (
	"bytes"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

// What a child says is not trusted: a listing and a dump of any bytes end in
// layers and records or in an error.
func FuzzOutput(f *testing.F) {
	f.Add([]byte("INFO\n\nLayer name: t\nGeometry: 3D Point\nFeature Count: 2\nLayer SRS WKT:\nGEOGCS[\"x\",\n    y]\nFID Column = a\n"))
	f.Add([]byte("CREATE TABLE \"public\".\"t\" ( );\nSELECT AddGeometryColumn('public','t','gisd geometry',0,'GEOMETRY',2);\n" +
		"ALTER TABLE \"public\".\"t\" ADD COLUMN \"a\"\"b\" VARCHAR[];\nALTER TABLE \"public\".\"t\" ADD COLUMN \"c\" bytea;\n" +
		"COPY \"public\".\"t\" (\"gisd geometry\", \"a\"\"b\", \"c\") FROM STDIN;\n0101000000000000000000F03F0000000000000040\t{\"x\\\\\"\",\"y\"}\t\\\\000a\n\\.\n"))
	f.Add([]byte("\xc8\x09\xfe\x02"))
	f.Fuzz(func(t *testing.T, in []byte) {
		kindOf(in)
		for _, l := range parseListing(string(in)) {
			_, _ = typed(l.geometry)
		}
		sections, err := split(in)
		if err != nil {
			return
		}
		for _, section := range sections {
			s := &source{runner: &runner{kind: gml(), file: "f"}, section: bytes.Clone(section)}
			s.schema.Dimensions = spatial.XY
			d, err := s.begin(t.Context())
			if err != nil {
				continue
			}
			s.columns = d.columns
			s.describe()
			// Whether it fails is not the question.
			_ = s.Read(t.Context(), func(r *importers.Record) error {
				if len(r.Values) != len(s.schema.Fields) {
					t.Errorf("%d values for %d fields", len(r.Values), len(s.schema.Fields))
				}
				return nil
			})
		}
	})
}
