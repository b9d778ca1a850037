package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"gisd/bench/load"
	"gisd/spatial"
	"gisd/tiles"
)

// mercatorTable is what the peers serve: the parcels in EPSG:3857, which spares
// them the projection, with the id as its key and an index in its order.
const mercatorTable = "bench_mercator"

// tileServer is a program that serves the parcels.
type tileServer struct {
	name    string
	path    func(tiles.Coord) string
	program string // "" where it is not installed
	start   func(context.Context) (*server, error)
	slow    bool // a few tiles of it are enough
}

// gisdServer is gisd with more settings.
func (b importBench) gisdServer(name string, args ...string) tileServer {
	return tileServer{
		name: name, program: b.gisd,
		path:  func(t tiles.Coord) string { return fmt.Sprintf("/tiles/%s/%v.mvt", benchCollection, t) },
		start: func(ctx context.Context) (*server, error) { return b.serveGisd(ctx, args...) },
	}
}

// installed is a program in the folder of the peers, "" if it is not there.
func (o options) installed(path string) string {
	full := filepath.Join(o.peers, path)
	if _, err := os.Stat(full); err != nil {
		return ""
	}
	return full
}

// martin serves the copy; cache is a line of its configuration.
func (b importBench) martin(name, cache string) tileServer {
	program := b.installed("bin/martin")
	return tileServer{
		name: name, program: program,
		path: func(t tiles.Coord) string { return fmt.Sprintf("/parcels/%v", t) },
		start: func(ctx context.Context) (*server, error) {
			address, err := freePort()
			if err != nil {
				return nil, err
			}
			config := filepath.Join(b.work, "martin.yaml")
			text := fmt.Sprintf(`listen_addresses: '%s'
%s
postgres:
  connection_string: '%s'
  pool_size: %d
  auto_publish: false
  tables:
    parcels:
      schema: data
      table: %s
      srid: 3857
      geometry_column: geom
      geometry_type: GEOMETRY
      id_column: id
      extent: 4096
      buffer: 64
      clip_geom: true
      properties: {xa: text, so_to: int4, so_thua: int4, loai_dat: text, ma_thua: text}
`, address, cache, b.tcp, tileConnections, mercatorTable)
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				return nil, err
			}
			return startServer(ctx, b.options, address, "/health", nil, program, "--config", config)
		},
	}
}

// tipg serves the copy by one process a processor.
func (b importBench) tipg() tileServer {
	program := b.installed("tipg/bin/uvicorn")
	return tileServer{
		name: "TiPg", program: program, slow: true,
		path: func(t tiles.Coord) string {
			return fmt.Sprintf("/collections/data.%s/tiles/WebMercatorQuad/%v", mercatorTable, t)
		},
		start: func(ctx context.Context) (*server, error) {
			env := []string{"DATABASE_URL=" + b.tcp, `TIPG_DB_SCHEMAS=["data"]`, `TIPG_DB_TABLES=["data.` + mercatorTable + `"]`,
				"TIPG_TILE_BUFFER=64", "TIPG_MAX_FEATURES_PER_TILE=1000000", "TIPG_DB_DATETIME_EXTENT=false"}
			return b.uvicorn(ctx, program, env)
		},
	}
}

// projectedCopy makes the table of the peers: the parcels in the system that their
// answers are in, with the id as its key and an index.
func (b importBench) projectedCopy(ctx context.Context, table string, srid, version int) error {
	table = "data." + table
	system := strconv.Itoa(srid)
	for _, statement := range []string{
		"drop table if exists " + table,
		"create table " + table + " as select id, xa, so_to::int4 as so_to, so_thua::int4 as so_thua, loai_dat, ma_thua, " +
			"st_transform(geom, " + system + ")::geometry(geometry, " + system + ") as geom from data." + benchCollection + "_v" + strconv.Itoa(version) + " order by id",
		"alter table " + table + " add primary key (id)",
		"create index on " + table + " using gist (geom)",
		"analyze " + table,
	} {
		if err := b.execute(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// places are random tiles of one zoom within the extent, in lon, lat degrees.
func places(e spatial.Envelope, z uint32, n int) []tiles.Coord {
	column := func(lon float64) float64 { return (lon + 180) / 360 * float64(uint64(1)<<z) }
	row := func(lat float64) float64 {
		return (1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * float64(uint64(1)<<z)
	}
	rng := rand.New(rand.NewPCG(1, uint64(z)))
	out := make([]tiles.Coord, n)
	for i := range out {
		out[i] = tiles.Coord{Z: z,
			X: uint32(column(e.MinX) + rng.Float64()*(column(e.MaxX)-column(e.MinX))),
			Y: uint32(row(e.MaxY) + rng.Float64()*(row(e.MinY)-row(e.MaxY)))}
	}
	return out
}

// drain asks a server for the tiles once each.
func (s tileServer) drain(ctx context.Context, address, header string, list []tiles.Coord) (load.Drained, error) {
	paths := make([]string, len(list))
	for i, t := range list {
		paths[i] = s.path(t)
	}
	d := load.Drain(ctx, address, header, tileConnections, paths)
	if ok := d.Statuses[200] + d.Statuses[204]; ok < len(list) {
		return d, fmt.Errorf("%s: answers by status: %s", s.name, statuses(d.Statuses))
	}
	return d, ctx.Err()
}
