package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// badRowSuite compares the import of a Shapefile with that of the same file in
// which one record is broken.
func badRowSuite(ctx context.Context, o options) (string, error) {
	return withCluster(ctx, o, func(b importBench) (string, error) {
		broken := o.parcelFile("_broken.shp")
		err := b.copyParcels(broken, func(shp *os.File) error {
			_, err := shp.WriteAt(binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.NaN())), firstX(shp, int64(o.n)/2))
			return err
		})
		if err != nil {
			return "", err
		}
		var clean, bad [2][]float64 // load, total
		for range o.rounds {
			for _, side := range []struct {
				path  string
				times *[2][]float64
				lost  int64
			}{{b.shapefile, &clean, 0}, {broken, &bad, 1}} {
				r, err := b.gisdImport(ctx, side.path, "replace", "--key", "id", "--reject", o.parcelFile("_rejected.csv"))
				if err != nil {
					return "", err
				}
				if r.report.Rejected != side.lost {
					return "", fmt.Errorf("%d records were rejected, not %d", r.report.Rejected, side.lost)
				}
				side.times[0], side.times[1] = append(side.times[0], r.load), append(side.times[1], r.total)
			}
		}
		var s strings.Builder
		fmt.Fprintf(&s, "## One bad record\n\nThe Shapefile of %d parcels, and the same with one vertex in the middle that is not a number; that record is in the reject file and the exit code is 2. Medians of %d rounds in turns: `go run ./bench -suite bad-row`.\n\n", o.n, o.rounds)
		fmt.Fprintf(&s, "| step | clean, s | one bad record, s | it costs | target |\n|---|---|---|---|---|\n")
		for i, step := range []string{"load", "published"} {
			a, c := median(clean[i]), median(bad[i])
			fmt.Fprintf(&s, "| %s | %.2f | %.2f | %.0f %% | ≤ 20 %% |\n", step, a, c, 100*(c/a-1))
		}
		return s.String(), nil
	})
}

// upsertSuite compares an upsert of everything, with 1 % of it changed, with a
// replace.
func upsertSuite(ctx context.Context, o options) (string, error) {
	return withCluster(ctx, o, func(b importBench) (string, error) {
		changed := o.parcelFile("_changed.shp")
		const every = 100
		err := b.copyParcels(changed, func(shp *os.File) error {
			for i := int64(every - 1); i < int64(o.n); i += every {
				if err := moveWest(shp, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		var replace, upsert []float64
		for range o.rounds {
			r, err := b.gisdImport(ctx, b.shapefile, "replace", "--key", "ma_thua")
			if err != nil {
				return "", err
			}
			replace = append(replace, r.total)
			if r, err = b.gisdImport(ctx, changed, "upsert", "--key", "ma_thua"); err != nil {
				return "", err
			}
			if r.report.Updated != int64(o.n)/every || r.report.Inserted+r.report.Deleted != 0 {
				return "", fmt.Errorf("the upsert inserted %d, updated %d, deleted %d", r.report.Inserted, r.report.Updated, r.report.Deleted)
			}
			upsert = append(upsert, r.total)
		}
		a, c := median(replace), median(upsert)
		var s strings.Builder
		fmt.Fprintf(&s, "## Upsert\n\n%d parcels of which 1 %% have moved, by a key of text, to published; medians of %d rounds in turns: `go run ./bench -suite upsert`.\n\n", o.n, o.rounds)
		fmt.Fprintf(&s, "| replace, s | upsert, s | ratio | target |\n|---|---|---|---|\n| %.2f | %.2f | %.2f | ≤ 2 |\n", a, c, c/a)
		return s.String(), nil
	})
}

// copyParcels copies the Shapefile and changes its geometries; the .dbf and what
// else is the same is linked.
func (b importBench) copyParcels(path string, change func(shp *os.File) error) error {
	for _, part := range []string{".dbf", ".shx", ".prj"} {
		to := strings.TrimSuffix(path, ".shp") + part
		if err := os.RemoveAll(to); err != nil {
			return err
		}
		if err := os.Link(strings.TrimSuffix(b.shapefile, ".shp")+part, to); err != nil {
			return err
		}
	}
	from, err := os.Open(b.shapefile)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(path)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return change(to)
}

// shapeAt is where the content of the record begins, by the .shx beside it.
func shapeAt(shp *os.File, record int64) int64 {
	shx, err := os.Open(strings.TrimSuffix(shp.Name(), ".shp") + ".shx")
	if err != nil {
		return 0
	}
	defer shx.Close()
	b := make([]byte, 4)
	_, _ = shx.ReadAt(b, 100+8*record)
	return 2*int64(binary.BigEndian.Uint32(b)) + 8
}

// polygonParts is where a polygon's number of parts stands, after type and box.
const polygonParts = 4 + 4*8

func firstX(shp *os.File, record int64) int64 {
	at := shapeAt(shp, record)
	b := make([]byte, 4)
	_, _ = shp.ReadAt(b, at+polygonParts)
	return at + polygonParts + 8 + 4*int64(binary.LittleEndian.Uint32(b))
}

// moveWest moves a polygon by one metre.
func moveWest(shp *os.File, record int64) error {
	at := shapeAt(shp, record)
	b := make([]byte, 8)
	if _, err := shp.ReadAt(b, at+polygonParts); err != nil {
		return err
	}
	points := make([]byte, 16*binary.LittleEndian.Uint32(b[4:]))
	begin := firstX(shp, record)
	if _, err := shp.ReadAt(points, begin); err != nil {
		return err
	}
	for x := points; len(x) > 0; x = x[16:] {
		binary.LittleEndian.PutUint64(x, math.Float64bits(math.Float64frombits(binary.LittleEndian.Uint64(x))-1))
	}
	_, err := shp.WriteAt(points, begin)
	return err
}
