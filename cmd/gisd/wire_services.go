package main

import (
	"gisd/api/arcgis"
	"gisd/api/records"
	"gisd/api/wfs"
	"gisd/importers/geojson"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/features"
)

// addServices adds the catalogue, and what clients of other standards than OGC API
// ask for.
func (n *node) addServices(store *features.Store) error {
	esri, err := arcgis.New(arcgis.Config{
		Catalogue: n.catalogue, Features: store, CodeLists: collections.NewCodeLists(n.db), GeoJSON: geojson.Encoder{}, Origin: n.origin,
	})
	if err != nil {
		return err
	}
	catalogue, err := records.New(records.Config{
		Catalogue: n.catalogue, Versions: collections.NewStore(n.db, n.catalogue), Formats: downloads{store}.Formats(), Origin: n.origin,
	})
	if err != nil {
		return err
	}
	n.server.Register = append(n.server.Register, esri.Register, catalogue.Register,
		wfs.New(wfs.Config{Catalogue: n.catalogue, Features: store, Origin: n.origin}).Register)
	return nil
}
