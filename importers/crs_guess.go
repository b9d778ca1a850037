package importers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gisd/importers/wkb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// sample takes two corners of the box of each of the first records, evenly
// thinned to what is worth looking at: a line that only begins where a system
// could put it is not in that system.
func sample(ctx context.Context, src Source, records int, form Form) (crs.Sample, error) {
	var s crs.Sample
	if p, ok := src.(Placed); ok {
		if s.X, s.Y = p.Places(); len(s.X) > 0 {
			for i := range s.X {
				s.X[i], s.Y[i] = form.Apply(s.X[i], s.Y[i])
			}
			return s, nil
		}
	}
	dims := src.Schema().Dimensions
	every, n := 1, 0
	var in wkb.Info
	keep := func(x, y float64) {
		x, y = form.Apply(x, y)
		s.X, s.Y = append(s.X, x), append(s.Y, y)
	}
	err := src.Read(ctx, func(r *Record) error {
		if n++; n > records {
			return errSampled
		}
		if r.Err != nil || len(r.Geometry) == 0 || n%every != 0 || wkb.Inspect(r.Geometry, dims, &in) != nil || in.Empty() || in.NonFinite {
			return nil
		}
		keep(in.MinX, in.MinY)
		if in.MinX != in.MaxX || in.MinY != in.MaxY {
			keep(in.MaxX, in.MaxY)
		}
		if len(s.X) >= 2*guessSample {
			every *= 2
			halve(&s)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errSampled) {
		return s, err
	}
	return s, nil
}

// halve keeps every other position, of those taken in pairs some of either corner.
func halve(s *crs.Sample) {
	n := 0
	for i := range s.X {
		if i%4 == 0 || i%4 == 3 {
			s.X[n], s.Y[n] = s.X[i], s.Y[i]
			n++
		}
	}
	s.X, s.Y = s.X[:n], s.Y[:n]
}

// guessCRS takes a candidate only where none of the others is nearly as good.
func guessCRS(s crs.Sample, around crs.Surroundings, lead string) (CRS, Form, error) {
	if len(s.X) == 0 {
		return CRS{SRID: spatial.SRIDWGS84, Guess: true, Reason: "assumed: there are no coordinates to tell by"}, Form{}, nil
	}
	found, sure := crs.Guess(s, around)
	if !sure {
		return CRS{}, Form{}, unsureError(s, found, lead)
	}
	best := found[0]
	reason := "guessed: " + whyGuessed(best)
	if !best.Form.Plain() {
		reason += "; " + best.Form.String()
	}
	if len(found) > 1 {
		reason += fmt.Sprintf("; next %s, at %s", found[1].SRID, boxText(found[1].Box))
	}
	return CRS{SRID: best.SRID, Guess: true, Reason: reason + "; --crs overrides"}, best.Form, nil
}

func whyGuessed(c crs.Candidate) string {
	at := boxText(c.Box)
	if c.SRID == spatial.SRIDWGS84 {
		return "the coordinates lie in the range of degrees (" + at + ")"
	}
	name := c.SRID.String()
	if s, ok := crs.Lookup(c.SRID); ok {
		name += " " + s.Name
	}
	switch {
	case c.Fits:
		return "in " + name + " the coordinates fill the extent of a collection that is there (" + at + ")"
	case c.Known >= 0.5 && c.Home < 0.99:
		return "in " + name + " the coordinates lie on collections that are there (" + at + ")"
	case c.Home >= 0.99:
		return "in " + name + " the coordinates lie in the home area (" + at + ")"
	case c.Home > 0.2:
		return "in " + name + " the coordinates lie near the home area, where the zone belongs (" + at + ")"
	}
	return "in " + name + " the coordinates lie where the zone belongs (" + at + ")"
}

// unsureError lists what the coordinates may be and where each would put them. The
// message begins with lead.
func unsureError(s crs.Sample, found []crs.Candidate, lead string) error {
	box := spatial.EmptyEnvelope(0)
	for i := range s.X {
		box = box.Extend(s.X[i], s.Y[i])
	}
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	if len(found) == 0 {
		return spatial.Invalid("importers: crs", fmt.Sprintf(
			"%s its coordinates (x %s to %s, y %s to %s) fit none that is known here: name one with --crs, as in --crs EPSG:9210",
			lead, f(box.MinX), f(box.MaxX), f(box.MinY), f(box.MaxY)))
	}
	const most = 6
	var b strings.Builder
	for _, c := range found[:min(len(found), most)] {
		name := ""
		if s, ok := crs.Lookup(c.SRID); ok {
			name = " (" + s.Name + ")"
		}
		fmt.Fprintf(&b, "; --crs %s%s puts them at %s", c.SRID, name, boxText(c.Box))
		if c.Fits {
			b.WriteString(", the extent of a collection that is there")
		}
		if !c.Form.Plain() {
			b.WriteString(", " + c.Form.String())
		}
	}
	return spatial.Invalid("importers: crs", fmt.Sprintf(
		"%s its coordinates (x %s to %s, y %s to %s) fit more than one, so it must be named%s",
		lead, f(box.MinX), f(box.MaxX), f(box.MinY), f(box.MaxY), b.String()))
}

// metresError refuses a system of degrees for coordinates that are none.
func metresError(srid spatial.SRID, s crs.Sample) error {
	box := spatial.EmptyEnvelope(0)
	for i := range s.X {
		box = box.Extend(s.X[i], s.Y[i])
	}
	return spatial.Invalid("importers: crs", fmt.Sprintf(
		"--crs %s is in degrees, but the coordinates (x %.12g to %.12g, y %.12g to %.12g) are none: name the system that they are in, as in --crs EPSG:9210",
		srid, box.MinX, box.MaxX, box.MinY, box.MaxY))
}

// degreesError refuses a planar system for coordinates that are degrees.
func degreesError(srid spatial.SRID, s crs.Sample) error {
	box := spatial.EmptyEnvelope(0)
	for i := range s.X {
		box = box.Extend(s.X[i], s.Y[i])
	}
	return spatial.Invalid("importers: crs", fmt.Sprintf(
		"--crs %s is in metres, but all coordinates (x %g to %g, y %g to %g) lie in the range of degrees and outside its area: leave --crs out, or give --crs EPSG:4326 for longitude and latitude",
		srid, box.MinX, box.MaxX, box.MinY, box.MaxY))
}

// boxText shows a box in degrees.
func boxText(b spatial.Envelope) string {
	f := func(lo, hi float64) string {
		digits := 2
		if math.Abs(hi-lo) < 0.02 {
			digits = 3
		}
		return strconv.FormatFloat(lo, 'f', digits, 64) + " to " + strconv.FormatFloat(hi, 'f', digits, 64)
	}
	return "lon " + f(b.MinX, b.MaxX) + ", lat " + f(b.MinY, b.MaxY)
}
