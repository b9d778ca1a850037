package crs_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/crs"
)

var update = flag.Bool("update", false, "rewrite testdata/proj.csv with PROJ's cct")

const goldenFile = "testdata/proj.csv"

// A conversion is one position with the answer of PROJ's explicit pipeline.
type conversion struct {
	from, to   spatial.SRID
	x, y, u, v float64
}

// pipeline is PROJ's way from lon, lat degrees on WGS 84 to the system, every
// step named, so that PROJ has nothing to choose.
func pipeline(s crs.System) string {
	p := "+step +proj=unitconvert +xy_in=deg +xy_out=rad "
	if s.Datum == crs.DatumVN2000 {
		p += "+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835" +
			" +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame" +
			" +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
	}
	ellps := "WGS84"
	if s.Datum == crs.DatumETRS89 {
		ellps = "GRS80"
	}
	switch s.Method {
	case crs.MethodGeographic:
		return p + "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
	case crs.MethodWebMercator:
		return p + "+step +proj=webmerc +ellps=WGS84"
	default:
		return p + fmt.Sprintf("+step +proj=tmerc +lat_0=0 +lon_0=%v +k=%v +x_0=%v +y_0=%v +ellps=%s",
			s.CentralMeridian, s.ScaleFactor, s.FalseEasting, s.FalseNorthing, ellps)
	}
}

// inverted is the pipeline backwards.
func inverted(p string) string {
	steps := strings.Split(p, "+step ")[1:]
	slices.Reverse(steps)
	for i, s := range steps {
		switch {
		case strings.HasPrefix(s, "+inv "):
			s = strings.TrimPrefix(s, "+inv ")
		case strings.Contains(s, "+proj=push"):
			s = strings.Replace(s, "push", "pop", 1)
		case strings.Contains(s, "+proj=pop"):
			s = strings.Replace(s, "pop", "push", 1)
		default:
			s = "+inv " + s
		}
		steps[i] = "+step " + s
	}
	return strings.Join(steps, " ")
}

// askPROJ fills u and v of conversions that share their systems.
func askPROJ(t *testing.T, cs []conversion) {
	t.Helper()
	var in bytes.Buffer
	for _, c := range cs {
		fmt.Fprintf(&in, "%.12f %.12f 0 0\n", c.x, c.y)
	}
	args := []string{"-d", "12", "+proj=pipeline"}
	args = append(args, strings.Fields(inverted(pipeline(system(t, cs[0].from)))+" "+pipeline(system(t, cs[0].to)))...)
	cmd := exec.CommandContext(t.Context(), "cct", args...)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("cct %v: %v", args, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(cs) {
		t.Fatalf("cct gave %d lines for %d positions", len(lines), len(cs))
	}
	for i, line := range lines {
		f := strings.Fields(line)
		cs[i].u, cs[i].v = parse(t, f[0]), parse(t, f[1])
	}
}

func system(t *testing.T, srid spatial.SRID) crs.System {
	t.Helper()
	s, ok := crs.Lookup(srid)
	if !ok {
		t.Fatalf("no system %v", srid)
	}
	return *s
}

func parse(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sample picks n places in the usable area of a system, from a fixed seed.
// The first two of VN-2000 lie on either side of 11.04° N, where stock PROJ
// changes operation.
func sample(s crs.System, n int) [][2]float64 {
	r := rand.New(rand.NewPCG(uint64(s.SRID), 1))
	a := s.UsableArea
	if s.SRID == 4326 || s.SRID == 3857 {
		a = spatial.Envelope{MinX: -179.9, MinY: -84, MaxX: 179.9, MaxY: 84}
	}
	var at [][2]float64
	if s.Datum == crs.DatumVN2000 {
		at = append(at, [2]float64{106.65, 11.0399}, [2]float64{106.65, 11.0401})
	}
	for len(at) < n {
		at = append(at, [2]float64{a.MinX + r.Float64()*(a.MaxX-a.MinX), a.MinY + r.Float64()*(a.MaxY-a.MinY)})
	}
	return at
}

// compare fails when the transform differs from PROJ by more than 10 µm.
func compare(t *testing.T, c conversion) {
	t.Helper()
	tr, err := crs.NewTransform(c.from, c.to)
	if err != nil {
		t.Fatal(err)
	}
	u, v, err := tr.Point(c.x, c.y)
	if err != nil {
		t.Errorf("%v -> %v: %v %v: %v", c.from, c.to, c.x, c.y, err)
		return
	}
	tolerance := 1e-5
	if to := tr.To(); to.Geographic {
		tolerance = 1e-10
	}
	if math.Abs(u-c.u) > tolerance || math.Abs(v-c.v) > tolerance {
		t.Errorf("%v -> %v: %v %v: got %.10f %.10f, PROJ gives %.10f %.10f", c.from, c.to, c.x, c.y, u, v, c.u, c.v)
	}
}

// plan is both ways between WGS 84 and every system, and each VN-2000 system to
// web Mercator.
func plan(t *testing.T, systems []crs.System, n int) [][]conversion {
	var all [][]conversion
	for _, s := range systems {
		at := sample(s, n)
		var out, back, web []conversion
		tr, err := crs.NewTransform(4326, s.SRID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range at {
			out = append(out, conversion{from: 4326, to: s.SRID, x: p[0], y: p[1]})
			x, y, err := tr.Point(p[0], p[1])
			if err != nil {
				t.Fatal(err)
			}
			back = append(back, conversion{from: s.SRID, to: 4326, x: x, y: y})
			web = append(web, conversion{from: s.SRID, to: 3857, x: x, y: y})
		}
		all = append(all, out, back)
		if s.Datum == crs.DatumVN2000 {
			all = append(all, web)
		}
	}
	return all
}

func TestTransformEqualsPROJGolden(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	if *update {
		writeGolden(t)
	}
	f, err := os.Open(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 500 {
		t.Fatalf("%s holds %d rows only", goldenFile, len(rows))
	}
	for _, r := range rows[1:] {
		compare(t, conversion{
			from: spatial.SRID(parse(t, r[0])), to: spatial.SRID(parse(t, r[1])),
			x: parse(t, r[2]), y: parse(t, r[3]), u: parse(t, r[4]), v: parse(t, r[5]),
		})
	}
}

func writeGolden(t *testing.T) {
	var systems []crs.System
	for _, s := range crs.All() {
		if s.Datum == crs.DatumVN2000 || slices.Contains([]spatial.SRID{4326, 3857, 4258, 25828, 25832, 32601, 32648, 32649, 32660, 32701, 32748}, s.SRID) {
			systems = append(systems, s)
		}
	}
	var b bytes.Buffer
	b.WriteString("from,to,x,y,u,v\n")
	for _, cs := range plan(t, systems, 8) {
		askPROJ(t, cs)
		for _, c := range cs {
			fmt.Fprintf(&b, "%d,%d,%.12f,%.12f,%.12f,%.12f\n", c.from, c.to, c.x, c.y, c.u, c.v)
		}
	}
	if err := os.WriteFile(goldenFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTransformEqualsPROJ asks the PROJ of this machine about every VN-2000
// system and a spread of the others.
func TestTransformEqualsPROJ(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	if _, err := exec.LookPath("cct"); err != nil {
		t.Skip("SKIPPED: PROJ's cct (Debian: proj-bin) is not installed; the golden values of testdata/proj.csv still hold")
	}
	systems := slices.DeleteFunc(crs.All(), func(s crs.System) bool {
		return s.SRID > 32600 && s.SRID%9 != 0
	})
	for _, cs := range plan(t, systems, 40) {
		askPROJ(t, cs)
		for _, c := range cs {
			compare(t, c)
		}
	}
}
