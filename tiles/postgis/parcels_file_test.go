package postgis_test

import (
	"flag"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/shapefile"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/imports"
)

var parcelFile = flag.String("parcel-file", "", "Shapefile of parcels in EPSG:9210 that BenchmarkColdTile draws instead of its own")

// importedParcels sends a Shapefile through the import pipeline and returns the
// collection as it is stored and, transformed by PostGIS, in SRID 3857.
func importedParcels(tb testing.TB, db *postgis.DB, path string) map[spatial.SRID]*spatial.Collection {
	tb.Helper()
	ctx := tb.Context()
	source, err := importertest.Open(tb, shapefile.Format{}, path)
	if err != nil {
		tb.Fatal(err)
	}
	defer source.Close()
	_, err = importers.Run(ctx, source, imports.NewSink(db, nil), importers.Options{
		Collection: "parcels", SRID: 9210, Publish: true, Visibility: spatial.VisibilityPublic, MaxErrors: 1000,
	})
	if err != nil {
		tb.Fatal(err)
	}
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		tb.Fatal(err)
	}
	stored, err := catalogue.Collection("parcels", spatial.Access{})
	if err != nil {
		tb.Fatal(err)
	}
	mercator := *stored
	mercator.Table, mercator.SRID = "parcels_3857", spatial.SRIDWebMercator
	exec(tb, db.Pool, `create table data.parcels_3857 as select * from data.`+stored.Table+` order by id`)
	exec(tb, db.Pool, `alter table data.parcels_3857 alter geom type geometry(geometry, 3857) using st_transform(geom, 3857), add primary key (id)`)
	exec(tb, db.Pool, `create index on data.parcels_3857 using gist (geom)`)
	exec(tb, db.Pool, `analyze data.parcels_3857`)
	return map[spatial.SRID]*spatial.Collection{9210: stored, spatial.SRIDWebMercator: &mercator}
}
