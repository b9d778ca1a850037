package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"gisd/internal/testdata"
)

// narrowTable is a dBASE table with each text field cut to at most width bytes,
// as an exporter does that counts bytes and not letters. It counts the values
// that end in mid-letter.
func narrowTable(t *testing.T, table []byte, width int) (narrow []byte, cut int) {
	t.Helper()
	type field struct{ at, was, is int }
	head := int(binary.LittleEndian.Uint16(table[8:]))
	size := int(binary.LittleEndian.Uint16(table[10:]))
	narrow = append(narrow, table[:head]...)
	var fields []field
	at, total := 1, 1
	for i := 32; table[i] != 0x0d; i += 32 {
		f := field{at: at, was: int(table[i+16]), is: int(table[i+16])}
		if table[i+11] == 'C' {
			f.is = min(f.was, width)
		}
		narrow[i+16] = byte(f.is)
		fields = append(fields, f)
		at, total = at+f.was, total+f.is
	}
	binary.LittleEndian.PutUint16(narrow[10:], uint16(total))
	for row := head; row+size <= len(table); row += size {
		narrow = append(narrow, table[row])
		for _, f := range fields {
			value := table[row+f.at : row+f.at+f.is]
			narrow = append(narrow, value...)
			if !utf8.Valid(value) {
				cut++
			}
		}
	}
	return append(narrow, 0x1a), cut
}

// TestTextCutInMidLetter: a field of 21 bytes cuts Vietnamese in UTF-8 in the
// middle of letters; what is whole is read, as UTF-8, and nothing else.
func TestTextCutInMidLetter(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	const name = "data/vietnam/vn2000_departments/Coso_Tongiao_07252017"
	must(t, env, "import", testdata.Shared(t, name+".shp"), "--collection", "whole")
	dir := t.TempDir()
	cut := 0
	for _, part := range []string{".shp", ".shx", ".prj", ".CPG", ".dbf"} {
		text, err := os.ReadFile(testdata.Shared(t, name+part))
		if err != nil {
			t.Fatal(err)
		}
		if part == ".dbf" {
			text, cut = narrowTable(t, text, 21)
		}
		if err := os.WriteFile(filepath.Join(dir, "cut"+part), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if cut < 50 {
		t.Fatalf("%d texts are cut in mid-letter", cut)
	}
	must(t, env, "import", filepath.Join(dir, "cut.shp"), "--collection", "cut")
	if got := ask[int](t, pool, `select count(*) from layers.whole w join layers.cut c using (id)
		where not starts_with(normalize(w.ten, NFD), normalize(c.ten, NFD)) -- a mark apart from its letter may be cut off
			or octet_length(w.ten) > 21 and octet_length(c.ten) < 17`); got != 0 {
		t.Errorf("%d texts are not the beginning of the whole ones", got)
	}
	if a, b := ask[int](t, pool, "select count(ten) from layers.whole"), ask[int](t, pool, "select count(ten) from layers.cut"); a != b || a == 0 {
		t.Errorf("%d texts, %d of the whole ones", b, a)
	}
	t.Logf("%d texts cut in mid-letter", cut)
}
