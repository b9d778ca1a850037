package archtest_test

// room is one row of the import law. A package belongs to the first room whose
// pattern matches; a pattern ends in /... for a package and all below it.
type room struct {
	pattern string
	// may lists our own packages (patterns) that non-test files may import.
	may []string
	// libraries lists those of the watched libraries that are allowed here.
	libraries []string
}

// watched libraries stop at the rooms that name them.
var watched = map[string]string{
	"pgx":        "github.com/jackc/pgx/",
	"echo":       "github.com/labstack/echo/",
	"redis":      "github.com/redis/go-redis/",
	"prometheus": "github.com/prometheus/",
	"cobra":      "github.com/spf13/cobra",
}

var law = []room{
	{pattern: "cmd/gisd", may: []string{"..."}, libraries: []string{"pgx", "echo", "redis", "prometheus", "cobra"}},
	{pattern: "bench/...", may: []string{"..."}, libraries: []string{"pgx", "echo", "redis", "prometheus", "cobra"}},

	{pattern: "conformance", may: []string{"spatial/crs", "internal/served"}},
	{pattern: "clients", may: []string{"internal/served"}},

	{pattern: "spatial"},
	{pattern: "spatial/crs", may: []string{"spatial"}},
	{pattern: "spatial/cql", may: []string{"spatial", "spatial/crs"}},
	{pattern: "spatial/redisbus", may: []string{"spatial", "spatial/live"}, libraries: []string{"redis"}},
	{pattern: "spatial/live", may: []string{"spatial", "spatial/crs"}, libraries: []string{"prometheus"}},
	{pattern: "spatial/spool", may: []string{"spatial", "internal/filelock"}, libraries: []string{"prometheus"}},
	{pattern: "spatial/live/recorder", may: []string{"spatial", "spatial/live", "spatial/spool", "internal/sleep"}, libraries: []string{"prometheus"}},
	{pattern: "spatial/live/forecast"}, // series in, series out
	{pattern: "spatial/live/ais", may: []string{"spatial", "spatial/live", "spatial/live/nmea"}},       // its sentences are NMEA's
	{pattern: "spatial/live/incident", may: []string{"spatial", "spatial/live", "spatial/live/fence"}}, // opened by what rules find
	{pattern: "spatial/live/outlook", may: []string{"spatial/live", "spatial/live/forecast"}},
	{pattern: "spatial/live/track", may: []string{"spatial", "spatial/live", "spatial/live/fence"}}, // its distances are those of fences
	{pattern: "spatial/live/trip", may: []string{"spatial", "spatial/live", "spatial/live/fence"}},  // likewise
	{pattern: "spatial/live/livetest", may: []string{"spatial", "spatial/live", "internal/testdata"}},
	{pattern: "spatial/live/...", may: []string{"spatial", "spatial/crs", "spatial/live"}},
	{pattern: "spatial/planning", may: []string{"spatial", "spatial/crs"}},
	{pattern: "spatial/outbox", may: []string{"spatial"}, libraries: []string{"prometheus"}},
	// The stores stand on spatial/postgis, that on its fragments of SQL.
	{pattern: "spatial/postgis/sql", may: []string{"spatial"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis", may: []string{"spatial", "spatial/crs", "spatial/postgis/sql", "migrations", "internal/sleep"}, libraries: []string{"pgx", "prometheus"}},
	{pattern: "spatial/postgis/search", may: []string{"spatial", "spatial/crs", "spatial/postgis", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/filter", may: []string{"spatial", "spatial/crs", "spatial/cql", "spatial/postgis", "spatial/postgis/search", "spatial/postgis/sql"}},
	{pattern: "spatial/postgis/features", may: []string{"spatial", "spatial/crs", "importers", "spatial/postgis", "spatial/postgis/filter", "spatial/postgis/orders", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/orders", may: []string{"spatial", "spatial/postgis", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/collections", may: []string{"spatial", "importers", "spatial/postgis", "spatial/postgis/search", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/imports", may: []string{"spatial", "spatial/crs", "importers", "spatial/postgis", "spatial/postgis/collections", "spatial/postgis/orders", "spatial/postgis/search", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/jobs", may: []string{"spatial", "spatial/postgis", "spatial/postgis/imports"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/accounts", may: []string{"spatial", "spatial/postgis", "spatial/postgis/sql"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/outbox", may: []string{"spatial", "spatial/outbox", "spatial/postgis", "internal/sleep"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/fences", may: []string{"spatial", "spatial/live/fence", "spatial/postgis", "spatial/postgis/sql", "internal/sleep"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/incidents", may: []string{"spatial", "spatial/live/fence", "spatial/live/incident", "spatial/postgis"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/devices", may: []string{"spatial", "spatial/live", "spatial/postgis", "internal/sleep"}, libraries: []string{"pgx"}},
	{pattern: "spatial/postgis/...", may: []string{"spatial", "spatial/postgis", "internal/sleep"}, libraries: []string{"pgx"}},

	{pattern: "tiles/postgis", may: []string{"spatial", "spatial/crs", "spatial/postgis", "spatial/postgis/filter", "tiles", "tiles/mvt", "tiles/cell", "tiles/generalise", "tiles/label", "tiles/overview", "tiles/pyramid", "internal/sleep"}, libraries: []string{"pgx", "prometheus"}},
	{pattern: "tiles/pyramid", may: []string{"spatial", "spatial/crs", "tiles", "tiles/mvt", "tiles/cell", "tiles/generalise"}, libraries: []string{"prometheus"}},
	{pattern: "tiles/cache", may: []string{"tiles"}, libraries: []string{"redis", "prometheus"}},
	{pattern: "tiles/freshness", may: []string{"spatial", "spatial/crs", "tiles"}, libraries: []string{"prometheus"}},
	{pattern: "tiles/styles", may: []string{"spatial", "spatial/crs", "tiles", "tiles/styles/icons", "tiles/styles/glyphs"}},
	{pattern: "tiles/styles/sheets", may: []string{"spatial", "tiles/styles", "tiles/styles/icons"}},
	{pattern: "tiles/styles/...", may: []string{"spatial"}},
	{pattern: "tiles", may: []string{"spatial", "spatial/crs"}, libraries: []string{"prometheus"}},
	{pattern: "tiles/sourcetest", may: []string{"spatial", "tiles", "tiles/mvt/mvttest"}},
	{pattern: "tiles/overview", may: []string{"tiles", "tiles/mvt", "tiles/cell", "tiles/generalise"}},
	{pattern: "tiles/archive", may: []string{"spatial", "tiles", "internal/filelock"}},
	{pattern: "tiles/...", may: []string{"spatial", "spatial/crs", "tiles", "tiles/mvt"}},

	{pattern: "importers/demo/...", may: []string{"importers", "importers/demo/...", "spatial", "spatial/crs", "tiles/styles"}},
	{pattern: "importers", may: []string{"spatial", "spatial/crs", "importers/..."}},
	{pattern: "importers/importertest", may: []string{"spatial", "importers", "importers/wkb", "internal/testdata"}},
	{pattern: "importers/jobs", may: []string{"spatial", "importers", "importers/mapping", "internal/filelock"}},
	{pattern: "importers/...", may: []string{"spatial", "spatial/crs", "importers", "importers/..."}},

	{pattern: "api", may: []string{"spatial", "spatial/crs", "tiles", "api/..."}, libraries: []string{"echo", "prometheus"}},
	{pattern: "api/problem", may: []string{"spatial"}, libraries: []string{"echo"}},
	{pattern: "api/negotiate", may: []string{"spatial", "spatial/crs", "spatial/cql"}, libraries: []string{"echo"}},
	{pattern: "api/page", libraries: []string{"echo"}},
	{pattern: "api/paging", may: []string{"spatial"}},
	{pattern: "api/shape", may: []string{"spatial", "spatial/crs"}},
	{
		pattern:   "api/ogc",
		may:       []string{"spatial", "spatial/crs", "spatial/cql", "tiles", "api/problem", "api/negotiate", "api/auth", "api/page", "api/paging", "api/metadata", "api/ogc/..."},
		libraries: []string{"echo"},
	},
	{pattern: "api/ogc/coords"},
	{pattern: "api/ogc/attach", may: []string{"spatial"}},
	{pattern: "api/ogc/receive", may: []string{"spatial", "spatial/crs", "api/ogc/coords"}},
	{
		pattern:   "api/arcgis",
		may:       []string{"spatial", "spatial/crs", "spatial/cql", "tiles", "tiles/mvt", "tiles/styles", "api/problem", "api/negotiate", "api/auth", "api/page", "api/paging", "api/shape"},
		libraries: []string{"echo"},
	},
	{pattern: "api/metadata", may: []string{"spatial", "spatial/crs", "api/negotiate"}},
	{
		pattern:   "api/records",
		may:       []string{"spatial", "spatial/crs", "api/problem", "api/negotiate", "api/auth", "api/page", "api/metadata"},
		libraries: []string{"echo"},
	},
	{
		pattern:   "api/wfs",
		may:       []string{"spatial", "spatial/crs", "spatial/cql", "api/problem", "api/negotiate", "api/auth", "api/paging", "api/shape", "api/metadata"},
		libraries: []string{"echo"},
	},
	{pattern: "api/auth", may: []string{"spatial", "api/problem", "api/negotiate"}, libraries: []string{"echo", "prometheus"}},
	{
		pattern:   "api/live",
		may:       []string{"spatial", "spatial/live", "spatial/live/...", "api/problem", "api/negotiate"},
		libraries: []string{"echo", "prometheus"},
	},
	{pattern: "api/mqtt", may: []string{"spatial", "spatial/live", "spatial/live/..."}, libraries: []string{"prometheus"}},
	{pattern: "api/listen", may: []string{"spatial", "spatial/live"}, libraries: []string{"prometheus"}},
	{
		pattern:   "api/...",
		may:       []string{"spatial", "spatial/crs", "spatial/cql", "spatial/live", "spatial/planning", "tiles", "tiles/styles/...", "api/problem", "api/negotiate", "api/auth", "api/page"},
		libraries: []string{"echo", "prometheus"},
	},

	{pattern: "web"},
	{pattern: "migrations"},
	{pattern: "internal/sleep"},
	{pattern: "internal/filelock", may: []string{"internal/sleep"}},
	{pattern: "internal/pgcluster", may: []string{"internal/filelock"}},
	{pattern: "internal/testdb/...", may: []string{"..."}, libraries: []string{"pgx"}},
	{pattern: "internal/outgoing", may: []string{"spatial"}},
	{pattern: "internal/testdata"},
	{pattern: "internal/fixture", may: []string{"spatial", "spatial/crs", "spatial/postgis", "spatial/postgis/collections", "internal/testdb"}, libraries: []string{"pgx"}},
	{pattern: "internal/...", may: []string{}},
}

// testOnly packages must not be imported by any non-test file outside the
// listed importers.
var testOnly = map[string][]string{
	"internal/testdb":        {"internal/testdb/...", "internal/fixture"},
	"internal/testdata":      {"internal/testdb/...", "importers/importertest", "spatial/live/livetest"},
	"internal/fixture":       nil,
	"internal/served":        {"conformance", "clients"},
	"internal/golden":        nil,
	"internal/archtest":      nil,
	"internal/pgcluster":     {"cmd/gisd", "internal/testdb/...", "bench/..."},
	"importers/importertest": nil,
	"tiles/sourcetest":       nil,
	"tiles/mvt/mvttest":      {"tiles/sourcetest"},
}
