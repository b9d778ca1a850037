package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/archive"
	"gisd/tiles/cache"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/pyramid"
)

const archiveHelp = "An archive of vector tiles (.pmtiles, .mbtiles), for maps without a network, takes one collection or several joined by commas, " +
	"with everything the command line sees, drafts too, or with what a --role lets see; its tiles are those of the server. --bbox picks whole tiles. " +
	"An export that was cut off leaves FILE.part and goes on from there when it is asked for again; " +
	"--overwrite begins anew. While people edit, each tile is as the data were when it was drawn.\n"

// archiveZoom is the last zoom of an archive unless it is named: a unit of its
// tiles is 15 cm wide at the equator, and maps magnify what is there.
const archiveZoom = 16

func isArchive(name string) bool {
	return slices.Contains([]string{archive.EndingPMTiles, archive.EndingMBTiles}, filepath.Ext(name))
}

// exportArchive writes tiles of collections, as the server would draw them for
// an admin, or for who has the role.
func (a *app) exportArchive(ctx context.Context, ids, ending string, f *exportFlags) error {
	if err := f.checkArchive(ending); err != nil {
		return err
	}
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	e, closeAll, err := a.newArchive(ctx, db, ids, f)
	if err != nil {
		return err
	}
	defer closeAll()
	if f.overwrite {
		if err := archive.Discard(f.output); err != nil {
			return err
		}
	}
	show := newProgress(a.stderr, f.json)
	e.Progress = func(p archive.Progress) {
		show.show(importers.Progress{Stage: importers.StageWrite, Layer: ids, Read: p.Done, Total: p.Of, Seconds: p.Seconds})
	}
	report, err := e.Write(ctx, f.output)
	show.end()
	if err != nil {
		return importers.StorageError("export: write", "the folder "+filepath.Dir(f.output), err)
	}
	begun := ""
	if report.Resumed {
		begun = "; went on with what was there"
	}
	fmt.Fprintf(a.stderr, "%s: %d tiles of zooms %d to %d, %d different ones, %s in %.1f s%s\n", f.output, report.Tiles, e.First, e.Last,
		report.Contents, readableBytes(report.Bytes), report.Seconds, begun)
	return nil
}

// checkArchive refuses what an archive has no place for.
func (f *exportFlags) checkArchive(ending string) error {
	switch {
	case f.output == "-":
		return usagef("an archive is written in no order: name a file, not standard output")
	case filepath.Ext(f.output) != ending:
		return usagef("an archive's name ends in %s", ending)
	case f.crs != "":
		return usagef("tiles are in web Mercator: --crs is for other formats")
	case f.limit != 0:
		return usagef("--limit is for other formats: narrow an archive by --bbox, --filter or --max-zoom")
	}
	return f.checkOutput()
}

// newArchive wires what the server has: the catalogue, cells and rows, and the
// service over them.
func (a *app) newArchive(ctx context.Context, db *postgis.DB, ids string, f *exportFlags) (*archive.Export, func(), error) {
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return nil, nil, err
	}
	if err := a.freshCells(ctx, db, catalogue, ids); err != nil {
		return nil, nil, err
	}
	rows := tilespostgis.NewSource(db.Pool, nil)
	cells, err := pyramid.NewSource(pyramid.Config{Rows: rows, Cells: tilespostgis.NewCells(db.Pool), MaxBytes: 64 << 20, Log: a.log}, nil)
	if err != nil {
		return nil, nil, err
	}
	memory, err := cache.NewMemory(8<<20, nil) // each tile is asked for once
	if err != nil {
		return nil, nil, err
	}
	service := tiles.NewService(tiles.Config{BuildTimeout: time.Hour}, catalogue, cells, memory, nil)
	e, err := f.archiveOf(service, ids)
	if err != nil {
		return nil, nil, err
	}
	e.Vacant = func(ctx context.Context, at tiles.Coord) (bool, error) {
		for _, c := range e.Tileset.Collections {
			if vacant, err := rows.Vacant(ctx, c, at); err != nil || !vacant {
				return false, err
			}
		}
		return true, nil
	}
	return e, service.Wait, nil
}

// freshCells has the cells show every edit, whether or not a server runs.
func (a *app) freshCells(ctx context.Context, db *postgis.DB, catalogue *postgis.Catalogue, ids string) error {
	pyramids := tilespostgis.NewPyramids(db, a.log)
	changed := false
	for id := range strings.SplitSeq(ids, ",") {
		c, err := catalogue.Collection(strings.TrimSuffix(id, tiles.LabelSuffix), commandLine())
		if err != nil || c.GeometryType == spatial.GeometryNone {
			continue // the service says so
		}
		done, err := pyramids.CatchUp(ctx, c, tilespostgis.BuildOptions{})
		if err != nil {
			return err
		}
		changed = changed || done
	}
	if !changed {
		return nil
	}
	return catalogue.Reload(ctx)
}

// archiveOf reads the flags.
func (f *exportFlags) archiveOf(service *tiles.Service, ids string) (*archive.Export, error) {
	set, err := service.Tileset(ids, f.access())
	if err != nil {
		return nil, err
	}
	e := &archive.Export{Drawer: service, Tileset: set, Request: tiles.Request{IDs: ids, Access: f.access()}}
	if f.filtered {
		if e.Request.Query, err = f.tileFilter(set); err != nil {
			return nil, err
		}
	}
	e.Title = set.TileJSON("", "vi")
	e.First, e.Last = e.Title.MinZoom, min(e.Title.MaxZoom, archiveZoom)
	if f.minZoom != nil {
		e.First = *f.minZoom
	}
	if f.maxZoom != nil {
		e.Last = *f.maxZoom
	}
	if e.Last > e.Title.MaxZoom || e.First < 0 || e.First > e.Last {
		return nil, usagef("zooms go from 0 to %d here, the first not behind the last: %d to %d", e.Title.MaxZoom, e.First, e.Last)
	}
	if f.bbox != "" {
		if e.Box, err = parseBox(f.bbox); err != nil {
			return nil, err
		}
		if e.Box.MinX > e.Box.MaxX {
			return nil, usagef("--bbox %s crosses the antimeridian: write two archives", f.bbox)
		}
	}
	return e, nil
}

// tileFilter must fit each of the collections.
func (f *exportFlags) tileFilter(set *tiles.Tileset) (*tiles.Query, error) {
	if strings.TrimSpace(f.filter) == "" {
		return nil, usagef("--filter is empty: leave it out to write every feature")
	}
	node, err := cql.Parse(f.filter)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	for _, c := range set.Collections {
		if err := cql.Check(node, cql.QueryablesOf(c)); err != nil {
			return nil, err
		}
	}
	return &tiles.Query{Filter: node}, nil
}
