package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/bench/load"
	"gisd/internal/testdb"
)

// field writes 40 by 40 parcels of about 30 metres around 106.65 11.05.
func field(t *testing.T) string {
	t.Helper()
	const side, step = 40, 0.0003
	type feature map[string]any
	var features []feature
	for i := range side * side {
		x, y := 106.65+float64(i%side)*step, 11.05+float64(i/side)*step
		features = append(features, feature{"type": "Feature", "properties": feature{"code": fmt.Sprintf("parcel %04d.", i), "use": "ODT"},
			"geometry": feature{"type": "Polygon", "coordinates": [][][2]float64{{{x, y}, {x + step, y}, {x + step, y + step}, {x, y + step}, {x, y}}}}})
	}
	text, err := json.Marshal(feature{"type": "FeatureCollection", "features": features})
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "field.geojson", string(text))
}

// TestSoak is the short form of `go run ./bench -suite soak`: while people look
// and others edit, every edit comes to show on the tiles and stays, and nothing
// fails but what is refused for now. How long it takes is the suite's to say.
func TestSoak(t *testing.T) {
	t.Parallel()
	address := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + address, "GISD_RATE_LIMIT=0", "PATH=" + os.Getenv("PATH")}
	must(t, env, "import", field(t), "--collection", "field", "--publish")
	server, _ := startServer(t, env)
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	soak := load.Soak{
		Address: at.Host, Pool: pool, Collection: "field", Property: "code",
		Visitors: 8, RequestsPerSecond: 80, EditsPerSecond: 8, Duration: 6 * time.Second, Within: time.Minute, Towns: 4,
	}
	for {
		report, err := soak.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v: %+v", soak.Duration, report)
		if n := report.Faults(); n > 0 {
			t.Errorf("%d requests failed: %v", n, report.Statuses)
		}
		if report.Stale+report.Lost > 0 {
			t.Errorf("tiles that do not show an edit: %q", report.Examples)
		}
		if report.Requests >= 50 && report.Edits >= 10 {
			return
		}
		if soak.Duration *= 4; soak.Duration > 2*time.Minute {
			t.Fatalf("%d requests and %d edits are too few to tell", report.Requests, report.Edits)
		}
	}
}
