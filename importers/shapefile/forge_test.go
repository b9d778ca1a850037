package shapefile_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/shapefile"
)

// le and be append values in either order.
func le(b *bytes.Buffer, vs ...any) {
	for _, v := range vs {
		_ = binary.Write(b, binary.LittleEndian, v)
	}
}

func be(b *bytes.Buffer, vs ...any) {
	for _, v := range vs {
		_ = binary.Write(b, binary.BigEndian, v)
	}
}

// shpFile makes a main file of the given record contents.
func shpFile(kind int32, contents ...[]byte) []byte {
	var b bytes.Buffer
	size := 50
	for _, c := range contents {
		size += 4 + len(c)/2
	}
	be(&b, int32(9994), make([]byte, 20), int32(size))
	le(&b, int32(1000), kind, make([]byte, 64))
	for i, c := range contents {
		be(&b, int32(i+1), int32(len(c)/2))
		b.Write(c)
	}
	return b.Bytes()
}

// rings is the content of a polygon record (or another type of its shape).
func rings(kind int32, parts ...[]float64) []byte {
	var b bytes.Buffer
	points := 0
	for _, p := range parts {
		points += len(p) / 2
	}
	le(&b, kind, make([]byte, 32), int32(len(parts)), int32(points))
	at := int32(0)
	for _, p := range parts {
		le(&b, at)
		at += int32(len(p) / 2)
	}
	for _, p := range parts {
		le(&b, p)
	}
	return b.Bytes()
}

// dbfFile makes a table of text and number fields "C12", "N8.2", "D8", "L1".
func dbfFile(rows int, fields []string, values ...string) []byte {
	var b bytes.Buffer
	rowLen := 1
	var heads bytes.Buffer
	widths := make([]int, len(fields))
	for i, f := range fields {
		var width, decimals int
		if n, _ := fmt.Sscanf(f[1:], "%d.%d", &width, &decimals); n == 0 {
			panic(f)
		}
		name := make([]byte, 11)
		copy(name, fmt.Sprintf("F%d", i+1))
		heads.Write(name)
		heads.Write([]byte{f[0], 0, 0, 0, 0, byte(width), byte(decimals)})
		heads.Write(make([]byte, 14))
		widths[i] = width
		rowLen += width
	}
	le(&b, byte(3), [3]byte{}, int32(rows), int16(33+32*len(fields)), int16(rowLen), [20]byte{})
	b.Write(heads.Bytes())
	b.WriteByte(0x0d)
	for i := range rows {
		b.WriteByte(' ')
		for k := range fields {
			v := values[i*len(fields)+k]
			b.WriteString((v + strings.Repeat(" ", widths[k]))[:widths[k]])
		}
	}
	return b.Bytes()
}

func open(t *testing.T, files map[string][]byte) (importers.Source, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in, err := importers.OpenInput(t.Context(), dir, nil, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	layers, err := importers.Layers(t.Context(), in, []importers.Format{shapefile.Format{}})
	if err != nil {
		return nil, err
	}
	return layers[0].Open(t.Context(), importers.SourceOptions{})
}

func geometries(t *testing.T, src importers.Source) []string {
	t.Helper()
	var all []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		switch {
		case r.Err != nil:
			all = append(all, "error: "+r.Err.Reason.EN)
		case r.Geometry == nil:
			all = append(all, "none")
		default:
			g, err := ewkb.Unmarshal(r.Geometry)
			if err != nil {
				return err
			}
			s, err := wkt.Marshal(g)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func square(x, y, size float64, clockwise bool) []float64 {
	if clockwise {
		return []float64{x, y, x, y + size, x + size, y + size, x + size, y, x, y}
	}
	return []float64{x, y, x + size, y, x + size, y + size, x, y + size, x, y}
}
