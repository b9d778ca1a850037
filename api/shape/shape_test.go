package shape_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/api/shape"
	"gisd/spatial"
)

func TestGeometry(t *testing.T) {
	t.Parallel()
	line, err := ewkb.Marshal(geom.NewLineStringFlat(geom.XYZ, []float64{106, 11, 5, 107, 12, 6}), binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	given := spatial.Geometry{SRID: spatial.SRIDWGS84, EWKB: line}
	s := shape.New(spatial.SRIDWebMercator)
	got, err := s.Geometry(given)
	if err != nil {
		t.Fatal(err)
	}
	// 106° and 11° on the sphere of web Mercator, by PROJ.
	flat := got.FlatCoords()
	if math.Abs(flat[0]-11799866.0241) > 1e-3 || math.Abs(flat[1]-1232106.8019) > 1e-3 || flat[2] != 5 {
		t.Errorf("%v", flat)
	}
	if b, err := s.EWKB(given); err != nil || len(b) != len(line) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if again, err := shape.New(spatial.SRIDWGS84).Geometry(given); err != nil || again.FlatCoords()[0] != 106 {
		t.Errorf("what was given has changed: %v, %v", again, err)
	}
	if none, err := s.Geometry(spatial.Geometry{}); none != nil || err != nil {
		t.Errorf("%v, %v", none, err)
	}
	if _, err := shape.New(1).Geometry(given); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("an unknown system: %v", err)
	}
}
