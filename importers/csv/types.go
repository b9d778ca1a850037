package csv

import (
	"io"
	"os"
	"slices"
	"strings"

	"gisd/spatial"
)

// readTypes reads a .csvt: the type of each column, as GDAL writes it.
func readTypes(path string) ([]spatial.FieldType, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := newScanner(io.LimitReader(f, 256<<10), dialect{',', '"'})
	if ok, err := sc.next(); err != nil || !ok {
		return nil, err
	}
	types := make([]spatial.FieldType, len(sc.cells))
	for i, c := range sc.cells {
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(c.Text), "\ufeff"))), "(")
		switch name = strings.TrimSpace(name); {
		case strings.Contains(strings.ToLower(string(c.Text)), "boolean"):
			types[i] = spatial.FieldBoolean
		case slices.Contains([]string{"integer", "integer64", "int", "long"}, name):
			types[i] = spatial.FieldInteger
		case slices.Contains([]string{"real", "double", "float", "coordx", "coordy", "coordz"}, name):
			types[i] = spatial.FieldNumber
		case slices.Contains([]string{"string", "time"}, name):
			types[i] = spatial.FieldString
		case name == "date":
			types[i] = spatial.FieldDate
		case name == "datetime":
			types[i] = spatial.FieldDateTime
		}
	}
	return types, nil
}
