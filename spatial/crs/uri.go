package crs

import (
	"strconv"
	"strings"

	"gisd/spatial"
)

// Reference is a system together with the order in which its name says that
// coordinates stand on the wire.
type Reference struct {
	SRID spatial.SRID
	// LatLon: the first coordinate on the wire is the latitude. EPSG:4326 and
	// CRS84 share their SRID and differ here. Memory is x first either way.
	LatLon bool
}

// ParseURI returns the SRID that a reference to a system names; see
// ParseReference for what is read. CRS84 gives 4326.
func ParseURI(s string) (spatial.SRID, error) {
	r, err := ParseReference(s)
	return r.SRID, err
}

// ParseReference reads the forms that OGC services meet:
//
//	http://www.opengis.net/def/crs/EPSG/0/9210     (https too; any version)
//	http://www.opengis.net/def/crs/OGC/1.3/CRS84
//	urn:ogc:def:crs:EPSG::9210, urn:ogc:def:crs:OGC:1.3:CRS84
//	[EPSG:9210], [OGC:CRS84]                       (safe CURIEs)
//	EPSG:9210, OGC:CRS84, CRS84
//
// The authority may be written in any case. A malformed or unsupported
// reference is an error of code invalid.
func ParseReference(s string) (Reference, error) {
	authority, code, ok := splitReference(s)
	if !ok {
		return Reference{}, badReference(s)
	}
	if strings.EqualFold(authority, "OGC") {
		if code == "CRS84" {
			return Reference{SRID: spatial.SRIDWGS84}, nil
		}
		return Reference{}, badReference(s)
	}
	if !strings.EqualFold(authority, "EPSG") || len(code) > 7 || code == "" || code[0] < '1' || code[0] > '9' {
		return Reference{}, badReference(s)
	}
	n, err := strconv.ParseInt(code, 10, 32)
	if err != nil {
		return Reference{}, badReference(s)
	}
	system, ok := Lookup(spatial.SRID(n))
	if !ok {
		return Reference{}, badReference(s)
	}
	return Reference{SRID: system.SRID, LatLon: system.LatLonOrder}, nil
}

func badReference(s string) error {
	const limit = 120
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return spatial.Invalid("crs: parse reference",
		"Unknown coordinate reference system "+strconv.QuoteToASCII(s)+"; write it as EPSG:9210, CRS84 or http://www.opengis.net/def/crs/EPSG/0/9210.")
}

func splitReference(s string) (authority, code string, ok bool) {
	if s == "CRS84" {
		return "OGC", s, true
	}
	for _, prefix := range [...]string{"http://www.opengis.net/def/crs/", "https://www.opengis.net/def/crs/"} {
		if rest, found := strings.CutPrefix(s, prefix); found {
			parts := strings.Split(rest, "/")
			return versioned(parts)
		}
	}
	if len(s) > 16 && strings.EqualFold(s[:16], "urn:ogc:def:crs:") {
		return versioned(strings.Split(s[16:], ":"))
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	return strings.Cut(s, ":")
}

// versioned takes authority, version, code.
func versioned(parts []string) (authority, code string, ok bool) {
	if len(parts) != 3 || len(parts[1]) > 12 || strings.Trim(parts[1], "0123456789.") != "" {
		return "", "", false
	}
	return parts[0], parts[2], true
}
