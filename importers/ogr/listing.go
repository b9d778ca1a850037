package ogr

import (
	"bufio"
	"context"
	"regexp"
	"strconv"
	"strings"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// listed is what ogrinfo says of a layer.
type listed struct {
	name     string
	geometry string // "3D Multi Polygon"; "None" for a table
	count    int64  // -1 when unknown
	wkt      string // WKT 1, "" without a CRS
	fid      string // name of the id column, "" without one
	section  []byte // its dump, nil where that is still to be made
}

// countLimit is the size up to which features are counted where that means
// reading everything once a layer.
const countLimit = 32 << 20

// list runs ogrinfo.
func (r *runner) list(ctx context.Context) ([]listed, error) {
	out, err := r.output(ctx, "ogrinfo", "-ro", "-so", "-al", "-noextent", "-nomd", "-wkt_format", "WKT1", r.folder.main)
	if err != nil {
		return nil, err
	}
	all := parseListing(string(out))
	if r.kind.format == "osm" && r.bytes <= countLimit {
		err = r.count(ctx, all)
	}
	return all, err
}

// count reads all features of all layers in one go and counts them by the lines
// that ogrinfo heads them with: "OGRFeature(points):17".
func (r *runner) count(ctx context.Context, all []listed) error {
	c, err := r.start(ctx, r.format.program("ogrinfo"), "-ro", "-q", "-rl", "-geom=NO", "-fields=NO", r.folder.main)
	if err != nil {
		return r.fail(ctx, "ogrinfo", err)
	}
	counts := map[string]int64{}
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "OGRFeature("); ok {
			name, _, _ = strings.Cut(name, ")")
			counts[name]++
		}
	}
	if err = lines.Err(); err == nil {
		err = c.finish()
	}
	if err != nil {
		return r.fail(ctx, "ogrinfo", c.why(ctx, err))
	}
	for i := range all {
		all[i].count = counts[all[i].name]
	}
	return nil
}

// parseListing reads ogrinfo's report. A layer begins with an empty line and its
// name; names of fields, which stand at a line's beginning too, follow without
// one.
func parseListing(text string) []listed {
	var all []listed
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		name, ok := strings.CutPrefix(lines[i], "Layer name: ")
		if ok && i > 0 && lines[i-1] == "" {
			all = append(all, listed{name: name, geometry: "None", count: -1})
			continue
		}
		if len(all) > 0 {
			i += all[len(all)-1].take(lines[i:])
		}
	}
	return all
}

// take reads one line, or a definition of several; it returns how many more it
// has used.
func (l *listed) take(lines []string) int {
	key, value, ok := strings.Cut(lines[0], ": ")
	switch {
	case strings.HasPrefix(lines[0], "FID Column = "):
		l.fid = strings.TrimPrefix(lines[0], "FID Column = ")
	case ok && key == "Feature Count":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			l.count = n
		}
	case ok && l.geometry == "None" && (key == "Geometry" || geometryKey().MatchString(key)):
		l.geometry = value
	case l.wkt == "" && definitionKey().MatchString(lines[0]):
		n := 0
		for n+1 < len(lines) && (n == 0 || strings.HasPrefix(lines[n+1], " ")) {
			n++
		}
		if l.wkt = strings.Join(lines[1:n+1], "\n"); strings.HasPrefix(l.wkt, "(unknown)") {
			l.wkt = ""
		}
		return n
	}
	return 0
}

func geometryKey() *regexp.Regexp { return regexp.MustCompile(`^Geometry \(.*\)$`) }

func definitionKey() *regexp.Regexp { return regexp.MustCompile(`^(Layer SRS WKT|SRS WKT \(.*\)):$`) }

// typed turns "3D Measured Multi Polygon" into what a collection may promise.
func typed(gdal string) (spatial.GeometryType, spatial.Dimensions) {
	rest, z := strings.CutPrefix(gdal, "3D ")
	rest, m := strings.CutPrefix(rest, "Measured ")
	d := wkb.DimensionsOf(z, m)
	switch rest {
	case "None":
		return spatial.GeometryNone, spatial.XY
	case "Point":
		return spatial.GeometryPoint, d
	case "Line String", "Circular String", "Compound Curve", "Curve":
		return spatial.GeometryLineString, d
	case "Polygon", "Curve Polygon", "Surface", "Triangle":
		return spatial.GeometryPolygon, d
	case "Multi Point":
		return spatial.GeometryMultiPoint, d
	case "Multi Line String", "Multi Curve":
		return spatial.GeometryMultiLineString, d
	case "Multi Polygon", "Multi Surface", "PolyhedralSurface", "TIN":
		return spatial.GeometryMultiPolygon, d
	}
	return spatial.GeometryAny, d
}
