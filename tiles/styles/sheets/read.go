package sheets

import (
	"bytes"
	"encoding/json"
	"gisd/tiles/styles"
)

// Read takes over a style in any of its formats: the catalogue's own JSON (see
// Parse), QML of QGIS, or SLD. Notes tell people what is drawn otherwise here.
// Errors are of code invalid.
func Read(b []byte) (styles.Style, []string, error) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	switch {
	case len(b) == 0:
		return styles.Style{}, nil, cannot("the file is empty")
	case b[0] != '<':
		var maplibre struct{ Version, Layers json.RawMessage }
		if json.Unmarshal(b, &maplibre) == nil && maplibre.Version != nil && maplibre.Layers != nil {
			return styles.Style{}, nil, cannot("it is a whole MapLibre style; give the collection's own style, QML or SLD")
		}
		s, err := styles.Parse(b)
		return s, nil, err
	case bytes.Contains(b[:min(len(b), 4096)], []byte("<qgis")):
		return ReadQML(b)
	}
	return ReadSLD(b)
}
