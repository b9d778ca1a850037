package postgis_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec" // exec is a helper of these tests
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

// block is all tiles of one zoom that a collection's extent meets.
type block struct{ from, to tiles.Coord }

func blockOf(e spatial.Envelope, z uint32) block {
	point := func(lon, lat float64) tiles.Coord {
		return within(rand.New(rand.NewPCG(1, 1)), spatial.Envelope{MinX: lon, MaxX: lon, MinY: lat, MaxY: lat}, z)
	}
	return block{point(e.MinX, e.MaxY), point(e.MaxX, e.MinY)}
}

// some is any of the tiles, each as likely as the other.
func (b block) some(rng *rand.Rand) tiles.Coord {
	return tiles.Coord{Z: b.from.Z, X: b.from.X + rng.Uint32N(b.to.X-b.from.X+1), Y: b.from.Y + rng.Uint32N(b.to.Y-b.from.Y+1)}
}

// all lists the tiles.
func (b block) all() (out []tiles.Coord) {
	for x := b.from.X; x <= b.to.X; x++ {
		for y := b.from.Y; y <= b.to.Y; y++ {
			out = append(out, tiles.Coord{Z: b.from.Z, X: x, Y: y})
		}
	}
	return out
}

var pgbenchRate = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench is how many tiles a second the prepared ST_AsMVT gives where nothing
// but pgbench asks for it.
func pgbench(b *testing.B, url string, c *spatial.Collection, of block, seconds int) float64 {
	b.Helper()
	script := filepath.Join(b.TempDir(), "tile.sql")
	text := fmt.Sprintf("\\set z %d\n\\set x random(%d, %d)\n\\set y random(%d, %d)\n%s;\n", of.from.Z,
		of.from.X, of.to.X, of.from.Y, of.to.Y, asMVTQuery(c, ":z, :x, :y"))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := osexec.Command("pgbench", "--no-vacuum", "--protocol=prepared", "--random-seed=1", "--client="+strconv.Itoa(workers), "--jobs=1",
		"--time="+strconv.Itoa(seconds), "--file="+script, url)
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c jit=off -c max_parallel_workers_per_gather=0")
	out, err := cmd.CombinedOutput()
	found := pgbenchRate.FindSubmatch(out)
	if err != nil || found == nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}
