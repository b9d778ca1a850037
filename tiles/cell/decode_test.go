package cell_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdata"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt/mvttest"
)

// decoded is what the decoder of the map prints of a layer.
type decoded struct {
	Name     string
	Version  int
	Extent   int
	Features []struct {
		ID         uint64
		Type       mvttest.GeomType
		Parts      [][]mvttest.Position
		Properties map[string]any
	}
}

// TestMapDecodesTiles reads tiles with npm @mapbox/vector-tile and wants what
// our own reader sees in them.
func TestMapDecodesTiles(t *testing.T) {
	t.Parallel()
	var all [][]byte
	for _, band := range cell.Bands() {
		rng := rand.New(rand.NewPCG(9, uint64(band.First)))
		at := tiles.Coord{Z: band.First, X: min(5, uint32(1)<<band.First-1), Y: min(3, uint32(1)<<band.First-1)}
		record := build(t, randomShapes(rng, band, at, 120), band, at)
		for z := band.First; z <= band.Last; z++ {
			d := z - band.First
			for range 4 {
				tile := cut(t, record, tiles.Coord{Z: z, X: at.X<<d + rng.Uint32N(1<<d), Y: at.Y<<d + rng.Uint32N(1<<d)}, options(1))
				if len(tile) > 0 {
					all = append(all, tile)
				}
			}
		}
	}
	answers := decode(t, all)
	if len(answers) != len(all) || len(all) < 40 {
		t.Fatalf("%d of %d tiles decoded", len(answers), len(all))
	}
	for i, tile := range all {
		want, err := mvttest.Check(tile)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(plain(want), answers[i]); d != "" {
			t.Errorf("tile %d (-ours +theirs):\n%s", i, d)
		}
	}
}

// decode runs the decoder of web/map on all tiles at once.
func decode(t *testing.T, all [][]byte) (out [][]decoded) {
	t.Helper()
	dir := filepath.Join(testdata.Root(t), "web", "map")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@mapbox", "vector-tile")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: make web installs the decoder: %v", err)
	}
	var in, faults bytes.Buffer
	for _, tile := range all {
		in.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(tile))))
		in.Write(tile)
	}
	cmd := exec.CommandContext(t.Context(), "node", "tools/decode_tiles.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, &in, &faults
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, faults.String())
	}
	for dec := json.NewDecoder(bytes.NewReader(text)); dec.More(); {
		var layers []decoded
		if err := dec.Decode(&layers); err != nil {
			t.Fatal(err)
		}
		out = append(out, layers)
	}
	return out
}

// plain brings our reading into the form of theirs: numbers without a type,
// rings with their closing point.
func plain(layers []mvttest.Layer) (out []decoded) {
	for _, l := range layers {
		d := decoded{Name: l.Name, Version: l.Version, Extent: l.Extent}
		for _, f := range l.Features {
			var g struct {
				ID         uint64
				Type       mvttest.GeomType
				Parts      [][]mvttest.Position
				Properties map[string]any
			}
			g.ID, g.Type, g.Properties = f.ID, f.Type, map[string]any{}
			for k, v := range f.Properties {
				switch n := v.(type) {
				case uint64:
					v = float64(n)
				case int64:
					v = float64(n)
				case string, float64, bool:
				default:
					panic(fmt.Sprintf("a property of type %T", v))
				}
				g.Properties[k] = v
			}
			for _, part := range f.Parts {
				if f.Type == mvttest.Polygon {
					part = append(part[:len(part):len(part)], part[0])
				}
				g.Parts = append(g.Parts, part)
			}
			d.Features = append(d.Features, g)
		}
		out = append(out, d)
	}
	return out
}
