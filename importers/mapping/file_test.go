package mapping_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/mapping"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func TestLoadListsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := mapping.Load([]byte(`version: 1
crs: EPSG:abc
unknown: 1
encoding: klingon
fields:
  - {from: A, name: a, type: text}
  - {from: A, name: b}
  - {name: c}
  - {from: D, name: b, default: x, type: integer}
  - {area: m2}
  - {from: E, area: acre, name: e}
  - {from: F, type: date, format: hello}
join: {file: x.csv}
`))
	if err == nil {
		t.Fatal("accepted")
	}
	got := faults(err)
	for _, want := range []string{
		"line 2: crs", `line 3: "unknown" is not known here; names are crs,`, "line 4: encoding", `line 6: "text": want one of string`,
		"line 7: A is listed in line 6 already", "line 8: a field has from", `line 9: the default "x" is no integer`, "line 9: the name b is given in line 7",
		"line 10: a field that is computed", `line 11: "acre"`, "line 11: a field has only one", "line 12: format", "line 13: a join needs",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no word of %q in\n%s", want, got)
		}
	}
	for _, text := range []string{"", "[]", "a: [", "version: 2", "version: 1\na: &x [1]\nb: *x", strings.Repeat("#", 2<<20)} {
		if _, err := mapping.Load([]byte(text)); err == nil {
			t.Errorf("accepted: %.20q", text)
		}
	}
}

// What Write writes changes nothing.
func TestWriteAndLoad(t *testing.T) {
	t.Parallel()
	src := table(true, "Số thửa,yes,a: b,#x,12,'q\"", "1,2,3,4,5,6")
	src.schema.Fields[1].Type = spatial.FieldString
	var b bytes.Buffer
	d := mapping.Draft{Schema: src.schema, CRS: importers.CRS{SRID: 9210, Reason: "a reason\nof two lines # here"}, Samples: map[string][]string{"yes": {"2", "3"}}}
	if err := mapping.Write(&b, &d); err != nil {
		t.Fatal(err)
	}
	f, err := mapping.Load(b.Bytes())
	if err != nil {
		t.Fatalf("%s\n%s", faults(err), b.String())
	}
	out, err := mapping.Apply(t.Context(), src, f, mapping.Surroundings{})
	if err != nil {
		t.Fatalf("%s\n%s", faults(err), b.String())
	}
	if f.SRID != 9210 || f.Layer != "thua_dat" {
		t.Errorf("%+v", f)
	}
	if diff := cmp.Diff(read(t, src), read(t, out)); diff != "" {
		t.Error(diff)
	}
	if notes := importers.RemarksOf(out).Notes; len(notes) > 0 {
		t.Error(notes)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("version: 1\nfields: [{from: A, name: b, type: date, format: dd/mm/yyyy}]\njoin: {file: x, key: y}")
	f.Add("version: 1\ncrs: [")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := mapping.Load([]byte(text))
		if err != nil {
			return
		}
		out, err := mapping.Apply(t.Context(), table(false, "A,B", "1,2"), m, mapping.Surroundings{CRS: importers.CRSRequest{SRID: 2056}})
		if err == nil {
			_ = out.Read(t.Context(), func(*importers.Record) error { return nil })
			_ = out.Close()
		}
	})
}

// TestDocumentedExample reads the example of docs/import-mapping.md.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testdata.Root(t), "docs", "import-mapping.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("no example")
	}
	f, err := mapping.Load([]byte(example))
	if err != nil {
		t.Fatal(faults(err))
	}
	if len(f.Fields) != 8 || len(f.Joins) != 1 || f.SRID != 9210 || f.Title.EN != "Parcels" {
		t.Errorf("%+v", f)
	}
}
