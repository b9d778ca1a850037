package importers

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"

	"gisd/importers/wkb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// ResolveCRS settles the reference system of a source: the one asked for, the
// one the file names, its well-known text by parameters, else a guess from the
// range of its coordinates, which reads them all. A text that matches nothing
// stays with SRID 0 and the WKT, for the sink to register. Without any of these
// the error is invalid and names --crs.
func ResolveCRS(ctx context.Context, src Source, asked spatial.SRID) (CRS, error) {
	c := src.Schema().CRS
	switch {
	case asked != 0:
		return CRS{SRID: asked, Reason: "as asked for"}, nil
	case src.Schema().GeometryType == spatial.GeometryNone:
		return CRS{SRID: spatial.SRIDWGS84, Reason: "no geometry"}, nil
	case c.SRID != 0:
		return c, nil
	case c.Name != "":
		srid, err := crs.ParseURI(c.Name)
		if err != nil {
			if srid = epsgOf(c.Name); srid == 0 {
				return c, spatial.Invalid("importers: crs", fmt.Sprintf("the file's reference system %.80q is not known; name one with --crs", c.Name))
			}
		}
		return CRS{SRID: srid, Name: c.Name, Reason: "the file says " + c.Name}, nil
	case c.WKT != "":
		return resolveWKT(c), nil
	}
	box, err := readExtent(ctx, src)
	if err != nil {
		return c, err
	}
	return guessCRS(box)
}

func resolveWKT(c CRS) CRS {
	srid, reason, ok := crs.MatchWKT(c.WKT)
	if ok {
		return CRS{SRID: srid, WKT: c.WKT, Reason: reason}
	}
	// The outermost identifier comes last in the text.
	if m := identifier().FindStringSubmatch(c.WKT); m != nil {
		if n, err := strconv.ParseInt(m[1], 10, 32); err == nil {
			return CRS{SRID: spatial.SRID(n), WKT: c.WKT, Reason: "the file's definition carries EPSG:" + m[1]}
		}
	}
	return CRS{WKT: c.WKT, Reason: reason}
}

func identifier() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:AUTHORITY|ID)\s*\[\s*"EPSG"\s*,\s*"?(\d{4,6})"?\s*\]\s*\]\s*$`)
}

// epsgOf reads a code out of names that crs.ParseURI refuses because the system
// has no exact transform here: PostGIS may know it.
func epsgOf(name string) spatial.SRID {
	m := regexp.MustCompile(`(?i)EPSG[:/]+(?:[\d.]*[:/]+)?(\d{4,6})$`).FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseInt(m[1], 10, 32)
	if err != nil {
		return 0
	}
	return spatial.SRID(n)
}

func readExtent(ctx context.Context, src Source) (spatial.Envelope, error) {
	box := spatial.EmptyEnvelope(0)
	dims := src.Schema().Dimensions
	err := src.Read(ctx, func(r *Record) error {
		var in wkb.Info
		if len(r.Geometry) > 0 && wkb.Inspect(r.Geometry, dims, &in) == nil && !in.Empty() && !in.NonFinite {
			box = box.Extend(in.MinX, in.MinY).Extend(in.MaxX, in.MaxY)
		}
		return nil
	})
	return box, err
}

// guessCRS knows two cases: degrees, and the range where the provinces of the
// zone VN-2000 / TM-3 105°45' lie (Bình Dương, Hồ Chí Minh City, Bến Tre, Long
// An, Tiền Giang: 9.8-11.55° N, 105.5-107.0° E).
func guessCRS(box spatial.Envelope) (CRS, error) {
	within := func(minX, minY, maxX, maxY float64) bool {
		return box.MinX >= minX && box.MaxX <= maxX && box.MinY >= minY && box.MaxY <= maxY
	}
	switch {
	case box.Empty():
		return CRS{SRID: spatial.SRIDWGS84, Guess: true, Reason: "assumed: there are no coordinates to tell by"}, nil
	case within(-180, -90, 180, 90):
		return CRS{SRID: spatial.SRIDWGS84, Guess: true,
			Reason: fmt.Sprintf("guessed: all coordinates lie in the range of degrees (%s)", boxText(box))}, nil
	case within(470_000, 1_080_000, 640_000, 1_280_000):
		return CRS{SRID: 9210, Guess: true,
			Reason: fmt.Sprintf("guessed: the coordinates lie where VN-2000 / TM-3 105-45 has its provinces (%s); --crs overrides", boxText(box))}, nil
	}
	return CRS{}, spatial.Invalid("importers: crs",
		fmt.Sprintf("the file names no reference system and its coordinates (%s) do not tell: name one with --crs, as in --crs EPSG:9210", boxText(box)))
}

func boxText(b spatial.Envelope) string {
	digits := 0
	if math.Max(math.Abs(b.MaxX), math.Abs(b.MaxY)) <= 180 {
		digits = 4
	}
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	return "x " + f(b.MinX) + " to " + f(b.MaxX) + ", y " + f(b.MinY) + " to " + f(b.MaxY)
}
