package shapefile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

// A record that says it has more bytes than the file ends the reading.
func TestTruncated(t *testing.T) {
	t.Parallel()
	whole := shpFile(5, rings(5, square(0, 0, 10, true)), rings(5, square(20, 0, 5, true)))
	for _, n := range []int{len(whole) - 1, len(whole) - 60, 130} {
		src, err := open(t, map[string][]byte{"a.shp": whole[:n]})
		if err != nil {
			t.Fatal(err)
		}
		err = src.Read(t.Context(), func(*importers.Record) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "cut short") {
			t.Errorf("%d bytes: %v", n, err)
		}
		src.Close()
	}
}

// indexOf makes the index of a main file whose records are all as long.
func indexOf(whole []byte, records int) []byte {
	var b bytes.Buffer
	b.Write(whole[:24])
	be(&b, int32(50+4*records))
	b.Write(whole[28:100])
	length := (len(whole)-100)/records - 8
	for i := range records {
		be(&b, int32((100+i*(8+length))/2), int32(length/2))
	}
	return b.Bytes()
}

func TestTruncatedTable(t *testing.T) {
	t.Parallel()
	null := []byte{0, 0, 0, 0}
	table := dbfFile(3, []string{"C4"}, "a", "b", "c")
	for _, tc := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"beside shapes", map[string][]byte{"a.shp": shpFile(1, null, null, null), "a.dbf": table[:len(table)-1]},
			"a.shp: the .dbf file is cut short: it holds 2 of 3 rows; copy it again, or take it out of the folder to import the geometry alone"},
		{"alone", map[string][]byte{"a.dbf": table[:len(table)-7]}, "a.dbf: the .dbf file is cut short: it holds 1 of 3 rows; copy it again"},
	} {
		_, err := open(t, tc.files)
		if e, ok := errors.AsType[*spatial.Error](err); !ok || e.Message != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// A table that says itself that it has fewer rows than there are shapes is not
// cut: the shapes come in, and each one without attributes says so.
func TestTableWithoutRowsForEveryShape(t *testing.T) {
	t.Parallel()
	null := []byte{0, 0, 0, 0}
	src, err := open(t, map[string][]byte{"a.shp": shpFile(1, null, null, null), "a.dbf": dbfFile(1, []string{"C4"}, "a")})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	in, err := importers.Inspect(t.Context(), src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if in.Count != 3 || in.Rejected != 0 || in.Lost != 2 {
		t.Errorf("%d records, %d rejected, %d without attributes", in.Count, in.Rejected, in.Lost)
	}
}

// An index that ends too early must not hide the records that it does not list.
func TestTruncatedIndex(t *testing.T) {
	t.Parallel()
	null := []byte{0, 0, 0, 0}
	whole := shpFile(1, null, null, null)
	index := indexOf(whole, 3)
	for _, cut := range []int{0, 1, 8, 16, 24, 100} {
		src, err := open(t, map[string][]byte{"a.shp": whole, "a.shx": index[:len(index)-cut]})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(geometries(t, src)); n != 3 {
			t.Errorf("%d bytes of the index are missing: %d records, want 3", cut, n)
		}
		src.Close()
	}
}
