package main

import (
	"fmt"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// compareFile lists the differences, and counts the layers that have any. GDAL
// sees any drawing as one layer.
func compareFile(want []expectation, got inspected) (differing int, all []difference) {
	if len(want) > 0 && want[0].driver == "DXF" {
		all = compareDrawing(want[0], got)
		return min(len(all), 1), all
	}
	taken := make([]bool, len(got.layers))
	for _, e := range want {
		i := pick(e, got.layers, taken, len(want) == 1)
		if i < 0 {
			// An empty layer among others may be left out.
			if e.count == 0 && len(want) > 1 {
				continue
			}
			all = append(all, difference{e.path, e.layer, "layer", fmt.Sprintf("not read; GDAL has %d × %s; %s", e.count, e.geometry, got.stderr)})
			differing++
			continue
		}
		taken[i] = true
		differences := compareLayer(e, &got.layers[i])
		all = append(all, differences...)
		differing += min(len(differences), 1)
	}
	return differing, all
}

// pick finds the layer of the same name, else the only one.
func pick(e expectation, layers []importers.Inspection, taken []bool, only bool) int {
	for i, l := range layers {
		if !taken[i] && l.Layer == e.layer {
			return i
		}
	}
	for i, l := range layers {
		if !taken[i] && strings.EqualFold(l.Layer, e.layer) {
			return i
		}
	}
	if only && len(layers) == 1 {
		return 0
	}
	return -1
}

// compareDrawing compares the sum over all layers of a drawing.
func compareDrawing(e expectation, got inspected) []difference {
	n := int64(0)
	for _, l := range got.layers {
		n += l.Count
	}
	if n == e.count && (got.code == exitDone || e.count == 0) {
		return nil
	}
	return []difference{{e.path, e.layer, "count", fmt.Sprintf("%d entities in %d layers, GDAL has %d; %s", n, len(got.layers), e.count, got.stderr)}}
}

func compareLayer(e expectation, got *importers.Inspection) []difference {
	var all []difference
	add := func(what, format string, args ...any) {
		all = append(all, difference{e.path, e.layer, what, fmt.Sprintf(format, args...)})
	}
	if got.Count != e.count {
		add("count", "%d features, GDAL has %d", got.Count, e.count)
	}
	have := strings.TrimPrefix(string(got.Geometry), "Multi")
	if want := family(e.geometry); want != "Geometry" && have != want && (have == string(spatial.GeometryNone) || got.Count > got.Empty) {
		add("geometry", "%s, GDAL has %s", got.Geometry, e.geometry)
	}
	// A system without a code here is registered by its text when it is imported,
	// or asked for; GDAL knows the codes of systems far away.
	want := strings.Replace(e.srs, "EPSG:4979", "EPSG:4326", 1)
	if got.SRID != 0 && strings.HasPrefix(want, "EPSG:") && got.SRID.String() != want {
		add("crs", "%s (%s), GDAL has %s", got.SRID, got.CRSReason, e.srs)
	}
	return all
}

// family is GDAL's geometry type without dimensions, curves and the difference
// of single and multi, which many formats do not make.
func family(gdal string) string {
	switch name := strings.NewReplacer("3D ", "", "Measured ", "", "Multi ", "", " ", "").Replace(gdal); name {
	case "None":
		return string(spatial.GeometryNone)
	case "Unknown(any)", "GeometryCollection":
		return string(spatial.GeometryAny)
	case "CircularString", "CompoundCurve", "Curve":
		return string(spatial.GeometryLineString)
	case "CurvePolygon", "Surface", "PolyhedralSurface", "TIN", "Triangle":
		return string(spatial.GeometryPolygon)
	default:
		return name
	}
}
