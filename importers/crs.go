package importers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// CRSRequest is what is known about the reference system of a source from
// outside of it.
type CRSRequest struct {
	SRID   spatial.SRID     // asked for; 0 leaves it to the source
	SwapXY bool             // the first ordinate is the northing or latitude
	Home   spatial.Envelope // the office's own area, SRID 4326; the zero box is none
	// Known returns boxes of data at hand in SRID 4326, which a guess may be held
	// against; nil for none. It is called only for a guess.
	Known func(context.Context) ([]spatial.Envelope, error)
}

// Placed is a Source that is one layer of several in one reference system, as
// those of a drawing are.
type Placed interface {
	// Places are positions of all the layers, to judge the system by; none where
	// the source's own are to be taken.
	Places() (x, y []float64)
}

// Settled is a Source that has been through SettleCRS, by whoever wraps it.
type Settled interface{ SettledCRS() CRS }

// How many records are looked at to check a system, and to guess one.
const (
	checkRecords = 500
	guessRecords = 20_000
	guessSample  = 1_000 // positions kept of them
)

// SettleCRS settles the reference system of a source: the one asked for, the one
// the file names, its well-known text by parameters, else a guess from where each
// system would put the coordinates. The source it returns holds the coordinates
// in it: x and y are swapped where they stood
// the wrong way round, a zone number in front of the easting is taken off, and
// the reason says so. src itself is returned where nothing is to do, and one that
// is Settled already; closing the result closes src.
//
// A text that matches nothing stays with SRID 0 and the WKT, for the sink to
// register. An error is invalid, names --crs and lists what was thought of.
func SettleCRS(ctx context.Context, src Source, q CRSRequest) (Source, CRS, error) {
	if s, ok := src.(Settled); ok {
		return src, s.SettledCRS(), nil
	}
	base := Form{SwapXY: q.SwapXY}
	c, err := claimedCRS(src.Schema(), q.SRID)
	if err != nil {
		return nil, c, err
	}
	if src.Schema().GeometryType == spatial.GeometryNone {
		return src, c, nil
	}
	around := crs.Surroundings{Home: q.Home}
	lead := "the file names no reference system and"
	wrong, s, err := misnamed(ctx, src, c, base)
	switch {
	case err != nil:
		return nil, c, err
	case wrong && q.SRID != 0:
		return nil, c, metresError(q.SRID, s)
	case wrong:
		lead = "the file says " + nameOf(c) + ", which is in degrees, but"
		c = CRS{}
	}
	if c.SRID == 0 && c.WKT == "" {
		return settleGuess(ctx, src, q, around, lead)
	}
	if _, known := crs.Lookup(c.SRID); !known {
		src, c = reformed(src, c, base, Form{})
		return src, c, nil
	}
	if len(s.X) == 0 {
		if s, err = sample(ctx, src, checkRecords, base); err != nil {
			return nil, c, err
		}
	}
	if crs.InDegrees(c.SRID, s) {
		if q.SRID != 0 {
			return nil, c, degreesError(q.SRID, s)
		}
		c.Note = spatial.Text{
			VI: "tọa độ nằm trong khoảng của độ, trong khi " + c.SRID.String() + " tính bằng mét; --crs EPSG:4326 nếu là kinh độ và vĩ độ",
			EN: "the coordinates lie in the range of degrees, while " + c.SRID.String() + " is in metres; --crs EPSG:4326 if they are longitude and latitude",
		}
	}
	form := crs.CheckForm(c.SRID, s, around)
	if zone, at, ok := crs.HomeZone(c.SRID, s, around); ok && form.Plain() {
		c.Note = spatial.Text{
			VI: fmt.Sprintf("%s đặt dữ liệu ở %s, xa khu vực của cơ quan; chẳng hạn %s sẽ đặt vào trong khu vực đó: --crs %[3]s nếu đúng là múi này", c.SRID, boxText(at), zone),
			EN: fmt.Sprintf("%s puts the data at %s, far from the home area; a zone such as %s would put it inside: --crs %[3]s if that zone is meant", c.SRID, boxText(at), zone),
		}
	}
	if !form.Plain() {
		c.Reason += "; " + form.String()
	}
	src, c = reformed(src, c, base, form)
	return src, c, nil
}

// settleGuess settles the system of a source that names none, or none that can be
// true; lead begins the message where that fails.
func settleGuess(ctx context.Context, src Source, q CRSRequest, around crs.Surroundings, lead string) (Source, CRS, error) {
	var err error
	if q.Known != nil {
		if around.Known, err = q.Known(ctx); err != nil {
			return nil, CRS{}, err
		}
	}
	base := Form{SwapXY: q.SwapXY}
	s, err := sample(ctx, src, guessRecords, base)
	if err != nil {
		return nil, CRS{}, err
	}
	more := told(src.Schema().CRS)
	if said, doubted := strings.CutSuffix(lead, ", but"); doubted {
		more = "; " + said
	}
	c, form, err := guessCRS(s, around, lead)
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		e.Message += told(src.Schema().CRS)
	}
	if err != nil {
		return nil, c, err
	}
	c.Reason += more
	src, c = reformed(src, c, base, form)
	return src, c, nil
}

// Form is how coordinates of a file become those of a system.
type Form = crs.Form

// ResolveCRS is what SettleCRS finds, for callers that only want to know.
func ResolveCRS(ctx context.Context, src Source, asked spatial.SRID) (CRS, error) {
	_, c, err := SettleCRS(ctx, src, CRSRequest{SRID: asked})
	return c, err
}

// claimedCRS is the system that was asked for or that the file names; neither
// SRID nor WKT is set when nothing is known.
func claimedCRS(s Schema, asked spatial.SRID) (CRS, error) {
	c := s.CRS
	switch {
	case asked != 0:
		return CRS{SRID: asked, Reason: "as asked for" + told(s.CRS)}, nil
	case s.GeometryType == spatial.GeometryNone:
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
	case c.WKT != "" && !placeless(c.WKT):
		return resolveWKT(c), nil
	}
	return CRS{}, nil
}

// placeless tells the definitions of nowhere on Earth: an engineering system, or
// an undefined one. They stand in many files that hold VN-2000 all the same, such
// as MapInfo's "nonearth", so the coordinates are asked instead.
func placeless(wkt string) bool {
	head := strings.ToUpper(strings.TrimSpace(wkt[:min(len(wkt), 60)]))
	for _, start := range [...]string{"LOCAL_CS", "ENGCRS", "ENGINEERINGCRS"} {
		if strings.HasPrefix(head, start) {
			return true
		}
	}
	return strings.Contains(head, `GEOGCS["UNDEFINED`)
}

// told is what a source that names no place has to say of the coordinates.
func told(c CRS) string {
	switch {
	case c.SRID != 0 || c.Name != "":
		return ""
	case placeless(c.WKT):
		return "; the file's own definition is of no place on Earth"
	case c.WKT != "" || c.Reason == "":
		return ""
	}
	return "; " + c.Reason
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
	c = CRS{WKT: c.WKT, Reason: "kept as the file says: " + reason}
	if twin, ok := crs.VN2000Twin(c.WKT); ok {
		c.Note = spatial.Text{
			VI: fmt.Sprintf("hệ tọa độ có các tham số của %s nhưng ghi gốc WGS 84, lệch khoảng 200 m; giữ như tệp ghi: --crs %[1]s nếu là VN-2000", twin),
			EN: fmt.Sprintf("the reference system has the numbers of %s on the datum WGS 84, some 200 m off; kept as the file says: --crs %[1]s if it is VN-2000", twin),
		}
	}
	return c
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

var errSampled = errors.New("enough records")
