package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
)

// suite is one executable test suite.
type suite struct {
	name     string // in skips.txt and on the command line
	artifact string // of org.opengis.cite; "" is schemathesis
	version  string
	pkg      string // of its classes below org.opengis.cite
	// arguments are its test run properties for a server.
	arguments func(ctx context.Context, landing string) (map[string]string, error)
	// role is what the key of schemathesis may do; "" is a caller without a key.
	role string
	// covers is a line for the document.
	covers string
}

// program is what runs, for people.
func (s suite) program() string {
	if s.artifact == "" {
		return "schemathesis"
	}
	return "org.opengis.cite:" + s.artifact
}

func suites() []suite {
	return []suite{
		{
			name: "tiles", artifact: "ets-ogcapi-tiles10", version: "1.2",
			pkg: "ogcapitiles10", arguments: tilesArguments,
			covers: "OGC API - Tiles 1.0: core, tileset, tilesets list, dataset and geodata tilesets, OpenAPI",
		},
		{
			name: "features", artifact: "ets-ogcapi-features10", version: "1.9",
			pkg: "ogcapifeatures10", arguments: featuresArguments,
			covers: "OGC API - Features 1.0, part 1 (core) and part 2 (coordinate reference systems by reference)",
		},
		{
			name: "document-anonymous", version: schemathesisVersion,
			covers: "api/openapi.yaml, requests made from it by a caller without a key",
		},
		{
			name: "document-admin", version: schemathesisVersion, role: "admin",
			covers: "api/openapi.yaml, requests made from it by an administrator",
		},
	}
}

// plan is where the suite keeps its testng.xml.
func (s suite) plan() string { return "org/opengis/cite/" + s.pkg + "/testng.xml" }

// featuresArguments ask for every collection.
func featuresArguments(_ context.Context, landing string) (map[string]string, error) {
	return map[string]string{"iut": landing, "noofcollections": "-1"}, nil
}

// tilesArguments point the suite at tiles that have something on them, two by
// two in the middle of the dataset: it wants a 200 for each.
func tilesArguments(ctx context.Context, landing string) (map[string]string, error) {
	const set, matrix = "WebMercatorQuad", 12
	var tileset struct {
		CenterPoint struct {
			Coordinates [2]float64 `json:"coordinates"`
		} `json:"centerPoint"`
	}
	if err := getJSON(ctx, landing+"/tiles/"+set+"?f=json", &tileset); err != nil {
		return nil, err
	}
	lon, lat := tileset.CenterPoint.Coordinates[0], tileset.CenterPoint.Coordinates[1]
	n := math.Exp2(matrix)
	column := int((lon + 180) / 360 * n)
	row := int((1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * n)
	for y := row; y <= row+1; y++ {
		for x := column; x <= column+1; x++ {
			status, err := getStatus(ctx, fmt.Sprintf("%s/tiles/%s/%d/%d/%d", landing, set, matrix, y, x))
			if err != nil {
				return nil, err
			}
			if status != http.StatusOK {
				return nil, fmt.Errorf("nothing is on the tile %d/%d/%d: status %d", matrix, y, x, status)
			}
		}
	}
	return map[string]string{
		"iut": landing, "noofcollections": "-1",
		"tilematrixsetdefinitionuri": "http://www.opengis.net/def/tilematrixset/OGC/1.0/" + set,
		"urltemplatefortiles":        landing + "/tiles/" + set + "/{tileMatrix}/{tileRow}/{tileCol}?f=mvt",
		"tilematrix":                 strconv.Itoa(matrix),
		"mintilerow":                 strconv.Itoa(row), "maxtilerow": strconv.Itoa(row + 1),
		"mintilecol": strconv.Itoa(column), "maxtilecol": strconv.Itoa(column + 1),
	}, nil
}
