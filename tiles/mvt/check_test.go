package mvt_test

import "gisd/tiles/mvt/mvttest"

// check returns the features of a tile by layer, and its first fault; all of
// it must lie within the tile and its buffer.
func check(tile []byte, buffer int64) (map[string][]mvttest.Feature, error) {
	layers, err := mvttest.Check(tile)
	if err != nil {
		return nil, err
	}
	out := map[string][]mvttest.Feature{}
	for _, l := range layers {
		out[l.Name] = l.Features
	}
	return out, mvttest.Within(layers, buffer)
}
