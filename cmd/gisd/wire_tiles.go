package main

import (
	"github.com/labstack/echo/v4"

	apitiles "gisd/api/tiles"
	"gisd/tiles"
	"gisd/tiles/cache"
	"gisd/tiles/freshness"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/pyramid"
)

func (n *node) addTiles() error {
	memory, err := cache.NewMemory(int64(n.cfg.TileCacheSize), n.registry)
	if err != nil {
		return err
	}
	rows := tilespostgis.NewSource(n.db.Pool, n.registry)
	cells, err := n.cells(rows)
	if err != nil {
		return err
	}
	journal := freshness.NewJournal(nil)
	service := tiles.NewService(tiles.Config{Shared: n.sharedTiles(), Prober: rows, Journal: journal, Renew: n.catalogue.Reload}, n.catalogue, cells, memory, n.registry)
	n.closers = append(n.closers, service.Wait)
	n.freshness.Journal, n.freshness.Tiles = journal, service
	others, err := n.foreignTiles()
	if err != nil {
		return err
	}
	n.server.MapOrigins = mapOrigins(n.catalogue)
	n.server.Register = append(n.server.Register, func(e *echo.Echo) {
		apitiles.Register(e, service, others, n.origin)
		apitiles.RegisterOGC(e, service, n.catalogue, n.origin)
	})
	n.server.Shortcut = apitiles.NewShortcut(service, n.origin)
	return nil
}

// sharedTiles keeps tiles for all nodes, where there are several.
func (n *node) sharedTiles() tiles.Shared {
	if n.redis == nil {
		return nil
	}
	tier := cache.NewRedis(n.redis, cache.RedisConfig{}, n.log, n.registry)
	n.parts = append(n.parts, tier.Run)
	return tier
}

// cells draws from packed cells, and from rows where there are none yet.
func (n *node) cells(rows tiles.Source) (*pyramid.Source, error) {
	pyramids := tilespostgis.NewPyramids(n.db, n.log)
	n.parts = append(n.parts, tilespostgis.NewKeeper(tilespostgis.KeeperConfig{Pyramids: pyramids, Catalogue: n.catalogue, Log: n.log}, n.registry).Run)
	source, err := pyramid.NewSource(pyramid.Config{
		Rows: rows, Cells: tilespostgis.NewCells(n.db.Pool), MaxBytes: int64(n.cfg.CellCacheSize), Log: n.log,
	}, n.registry)
	n.freshness.Cells, n.freshness.Rebuilder = source, pyramids
	return source, err
}
