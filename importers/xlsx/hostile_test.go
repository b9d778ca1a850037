package xlsx_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/xlsx"
)

// parts make the smallest workbook of one sheet.
func parts(sheet string) map[string]string {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	return map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"xl/workbook.xml":            `<workbook ` + ns + `><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheet,
	}
}

func pack(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, parts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll opens everything and returns the first error.
func readAll(t testing.TB, path string) error {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		return err
	}
	defer in.Close()
	layers, err := xlsx.Format{}.Layers(t.Context(), in)
	if err != nil {
		return err
	}
	for _, l := range layers {
		src, err := l.Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			return err
		}
		n := int64(0)
		err = src.Read(t.Context(), func(*importers.Record) error { n++; return nil })
		if err == nil && n != src.Schema().Count {
			t.Errorf("%d records, the schema says %d", n, src.Schema().Count)
		}
		src.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func TestHostile(t *testing.T) {
	t.Parallel()
	row := func(cells string) string {
		return `<worksheet><sheetData><row r="1">` + cells + `</row><row r="2"><c><v>1</v></c></row></sheetData></worksheet>`
	}
	for _, tc := range []struct {
		name  string
		parts map[string]string
		want  string // in the error; "" for none
	}{
		{"plain", parts(row(`<c r="A1" t="inlineStr"><is><t>a &amp; b</t></is></c>`)), ""},
		{"billion laughs", parts(`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + row(`<c t="str"><v>&b;</v></c>`)), "document type"},
		{"a bomb", parts(`<worksheet><sheetData>` + strings.Repeat(" ", 4<<20) + `</sheetData></worksheet>`), "KiB"},
		{"a bomb of rows", parts(`<worksheet><sheetData>` + strings.Repeat("<row><c/></row>", 1<<20+1)), "row 1048577 is beyond"},
		{"a bomb of tags", parts(`<worksheet>` + strings.Repeat("<cols></cols>\n\n", 6<<20)), "bomb"},
		{"a long cell", parts(row(`<c t="str"><v>` + strings.Repeat("x", 3<<20) + `</v></c>`)), "KiB"},
		{"far columns", parts(row(`<c r="XFD1"><v>1</v></c>`)), "column 16384"},
		{"far columns that are empty", parts(row(`<c r="A1"><v>1</v></c><c r="XFD1" s="3"/>`)), ""},
		{"a text that is not there", parts(row(`<c t="s"><v>99999999</v></c>`)), ""},
		{"cut short", parts(`<worksheet><sheetData><row r="1"><c><v>1</v>`), "unexpected EOF"},
		{"no sheet", map[string]string{"[Content_Types].xml": "", "xl/workbook.xml": `<workbook/>`, "xl/_rels/workbook.xml.rels": `<Relationships/>`}, ""},
		{"binary", map[string]string{"[Content_Types].xml": "", "xl/workbook.bin": "x"}, "save it as XLSX"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := readAll(t, pack(t, tc.parts))
			if got := ""; err != nil {
				got = err.Error()
				if tc.want == "" || !strings.Contains(got, tc.want) {
					t.Errorf("error %q, want %q", got, tc.want)
				}
			} else if tc.want != "" {
				t.Errorf("no error, want %q", tc.want)
			}
		})
	}
}

// A damaged archive is somebody else's unless its name says that it is a workbook.
func TestDamagedArchivesBeside(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{"plan.qgz": false, "report.docx": false, "list.xlsx": true, "macros.xlsm": true} {
		_, err := importertest.Layers(t, xlsx.Format{}, filepath.Dir(importertest.File(t, name, []byte("PK\x03\x04 cut short"))))
		if (err != nil) != refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestManyTexts makes the shared texts spill to a file.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	var sheet, texts strings.Builder
	texts.WriteString(`<sst><si><t>tên</t></si><si><r><t>đ</t></r><rPh><t>no</t></rPh><r><t>ất_x0041_</t></r></si>`)
	sheet.WriteString(`<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>n</t></is></c></row><row><c t="s"><v>1</v></c><c><v>0</v></c></row>`)
	for i := range 600 {
		texts.WriteString("<si><t>" + strings.Repeat("x", 30_000) + string(rune('a'+i%26)) + "</t></si>")
	}
	texts.WriteString("<si><t>cuối</t></si></sst>")
	sheet.WriteString(`<row><c t="s"><v>602</v></c><c><v>1</v></c></row></sheetData></worksheet>`)
	p := parts(sheet.String())
	p["xl/sharedStrings.xml"] = texts.String()
	got := table(t, openSheet(t, pack(t, p), ""))
	if strings.Join(got, "\n") != "tên string|n integer|none\nđấtA|0|\ncuối|1|" {
		t.Errorf("%q", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`,
		`<x:worksheet><x:sheetData><x:row><x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		`<worksheet><sheetData><row r="3"><c r="B3" s="1"><f>A1</f><v>1E5</v></c><!-- c --><c t="str"><v><![CDATA[<a>]]></v></c></row></sheetData></worksheet>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		if len(sheet) > 64<<10 {
			t.Skip()
		}
		_ = readAll(t, pack(t, parts(sheet)))
	})
}
