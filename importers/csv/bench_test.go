package csv_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gisd/importers"
)

// parcelFile writes records as an office exports them: text, numbers, a date and
// a polygon of eleven positions.
func parcelFile(b testing.TB, rows int) string {
	b.Helper()
	var out bytes.Buffer
	out.WriteString("code,sheet,parcel,use,area,owner,date,geometry\n")
	for i := range rows {
		fmt.Fprintf(&out, "%05d,%d,%d,Đất ở tại đô thị,%d.%d,\"Nguyễn Văn %d\",2024-0%d-1%d,\"POLYGON ((", i, i%200, i, i%900, i%10, i, i%9+1, i%9)
		for k := range 11 {
			fmt.Fprintf(&out, "%d.%03d %d.%03d, ", 590000+i%40000+k%10, i%1000, 1200000+i%50000+(k%10)*k, (i+k)%1000)
		}
		out.Truncate(out.Len() - 2)
		out.WriteString("))\"\n")
	}
	path := filepath.Join(b.TempDir(), "parcels.csv")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkParcels(b *testing.B) {
	const rows = 20_000
	path := parcelFile(b, rows)
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	layers := layersOf(b, path)
	src, err := layers[0].Open(b.Context(), importers.SourceOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(st.Size())
		for b.Loop() {
			if _, err := layers[0].Open(b.Context(), importers.SourceOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(st.Size())
		n := 0
		for b.Loop() {
			if err := src.Read(b.Context(), func(*importers.Record) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	})
}
