package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/bench/load"
	"gisd/spatial"
)

const (
	walkPage     = 10_000
	slowWalk     = 100_000 // features that a slow server is asked for
	pageFeatures = 100
	deepRow      = 900_000
	boxRequests  = 5000
)

// featureSuite compares services of features over HTTP: whole collections, pages
// near and far, small boxes.
func featureSuite(ctx context.Context, o options) (string, error) {
	listen, err := freePort()
	if err != nil {
		return "", err
	}
	return withListeningCluster(ctx, o, listen, func(b importBench) (string, error) {
		if _, err := b.packedCollection(ctx); err != nil { // the server would pack beside what is measured
			return "", err
		}
		version, extent, err := b.current(ctx)
		if err != nil {
			return "", err
		}
		if err := b.projectedCopy(ctx, degreeTable, 4326, version); err != nil {
			return "", err
		}
		var s strings.Builder
		fmt.Fprintf(&s, "## Feature services\n\n%d cadastral parcels, six attributes, GeoJSON over HTTP and loopback. gisd stores them in EPSG:9210 and converts each coordinate; the others serve a copy in EPSG:4326. A server that is not installed (`make bench-peers`) is left out: `go run ./bench -suite features`.\n\n", b.n)
		if err := b.stream(ctx, &s, version); err != nil {
			return "", err
		}
		if err := b.pages(ctx, &s); err != nil {
			return "", err
		}
		err = b.compareFeatures(ctx, &s, extent)
		return s.String(), err
	})
}

// stream writes how long one request for all features takes, beside the rows
// alone out of the database.
func (b importBench) stream(ctx context.Context, s *strings.Builder, version int) error {
	running, err := b.serveGisd(ctx)
	if err != nil {
		return err
	}
	stopped := false
	defer func() {
		if !stopped {
			running.stop()
		}
	}()
	var ours, rows []float64
	var size int64
	for range b.rounds {
		begin := time.Now()
		n, err := load.Lines(ctx, running.address, "/ogc/collections/"+benchCollection+"/items?f=geojsonseq")
		if err != nil {
			return err
		}
		if n.Lines != int64(b.n) {
			return fmt.Errorf("the stream had %d of %d features", n.Lines, b.n)
		}
		ours, size = append(ours, time.Since(begin).Seconds()), n.Bytes
		seconds, err := b.readRows(ctx, version)
		if err != nil {
			return err
		}
		rows = append(rows, seconds)
	}
	peak := running.stop()
	stopped = true
	perSecond := func(seconds []float64) float64 { return float64(b.n) / median(seconds) }
	fmt.Fprintf(s, "All features by one request (`f=geojsonseq`, %.0f MB), %d rounds:\n\n| what | features/s | target |\n|---|---|---|\n", float64(size)/1e6, b.rounds)
	fmt.Fprintf(s, "| gisd, GeoJSON | %.0f | ≥ 100,000 |\n| the same rows as text out of PostgreSQL, `ST_AsGeoJSON`, nothing made of them | %.0f | |\n", perSecond(ours), perSecond(rows))
	fmt.Fprintf(s, "\nThe server's largest memory was %.0f MiB.\n\n", peak)
	return nil
}

// readRows times the rows with their geometry as GeoJSON on their way to a
// client that does nothing with them.
func (b importBench) readRows(ctx context.Context, version int) (float64, error) {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	begin := time.Now()
	r := conn.PgConn().ExecParams(ctx, "select id, xa, so_to, so_thua, loai_dat, ma_thua, st_asgeojson(geom) from data."+benchCollection+"_v"+strconv.Itoa(version), nil, nil, nil, nil)
	for r.NextRow() {
	}
	_, err = r.Close()
	return time.Since(begin).Seconds(), err
}

// pages writes how long pages near the beginning and far from it take.
func (b importBench) pages(ctx context.Context, s *strings.Builder) error {
	running, err := b.serveGisd(ctx)
	if err != nil {
		return err
	}
	defer running.stop()
	fmt.Fprintf(s, "Pages of %d features, medians of 30 in turns:\n\n| order | first page, ms | at row %d, ms | ratio | target |\n|---|---|---|---|---|\n", pageFeatures, deepRow)
	for _, order := range []string{"", "ma_thua", "-so_thua"} {
		near := "/ogc/collections/" + benchCollection + "/items?limit=" + strconv.Itoa(pageFeatures)
		name := "by id"
		if order != "" {
			near, name = near+"&sortby="+order, "`sortby="+order+"`"
		}
		far, err := b.deepPage(ctx, running.address, strings.Replace(near, "limit="+strconv.Itoa(pageFeatures), "limit="+strconv.Itoa(walkPage), 1))
		if err != nil {
			return err
		}
		far = strings.Replace(far, "limit="+strconv.Itoa(walkPage), "limit="+strconv.Itoa(pageFeatures), 1)
		took := map[string][]float64{}
		c := load.Client{Address: running.address}
		for range 30 {
			for _, path := range []string{near, far} {
				begin := time.Now()
				status, _, err := c.Get(ctx, path)
				if err != nil || status != 200 {
					c.Close()
					return fmt.Errorf("%s: status %d: %w", path, status, err)
				}
				took[path] = append(took[path], 1000*time.Since(begin).Seconds())
			}
		}
		c.Close()
		first, last := median(took[near]), median(took[far])
		fmt.Fprintf(s, "| %s | %.2f | %.2f | %.2f | ≤ 1.3 |\n", name, first, last, last/first)
	}
	fmt.Fprintln(s)
	return nil
}

// deepPage follows the next links to the page that begins at deepRow.
func (b importBench) deepPage(ctx context.Context, address, path string) (string, error) {
	w := load.Walk{Address: address, Path: path, Features: min(deepRow, int64(b.n)*9/10)}
	walked, err := w.Run(ctx)
	if err == nil && walked.Next == "" {
		err = fmt.Errorf("no page follows feature %d", walked.Features)
	}
	return walked.Next, err
}

// compareFeatures writes what walks and small boxes come to for each server.
func (b importBench) compareFeatures(ctx context.Context, s *strings.Builder, extent spatial.Envelope) error {
	fmt.Fprintf(s, "Walks in pages of %d by next links (%d features of the slower servers), and random boxes of 200 m with `limit=100` over %d connections:\n\n| server | walk, features/s | boxes/s | p95, ms |\n|---|---|---|---|\n", walkPage, slowWalk, tileConnections)
	for _, f := range []featureServer{b.gisdFeatures(), b.tipgFeatures(), b.pygeoapi()} {
		if f.program == "" {
			fmt.Fprintf(b.log, "bench: %s is not installed and LEFT OUT: make bench-peers\n", f.name)
			fmt.Fprintf(s, "| %s | not installed | | |\n", f.name)
			continue
		}
		if err := b.compareServer(ctx, s, f, extent); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	fmt.Fprintf(s, "\nThe targets of gisd are 60,000 features/s and 1,000 boxes/s.\n")
	return nil
}

func (b importBench) compareServer(ctx context.Context, s *strings.Builder, f featureServer, extent spatial.Envelope) error {
	running, err := f.start(ctx)
	if err != nil {
		return err
	}
	defer running.stop()
	w := load.Walk{Address: running.address, Path: f.items + "&limit=" + strconv.Itoa(walkPage)}
	if f.slow {
		w.Features = slowWalk
	}
	begin := time.Now()
	walked, err := w.Run(ctx)
	if err != nil {
		return err
	}
	rate := float64(walked.Features) / time.Since(begin).Seconds()
	want := int64(b.n)
	if f.slow {
		want = min(want, slowWalk)
	}
	if walked.Features != want {
		return fmt.Errorf("the walk had %d of %d features", walked.Features, want)
	}
	paths := boxes(f.items+"&limit=100&bbox=", extent, boxRequests)
	if f.slow {
		paths = paths[:boxRequests/20]
	}
	load.Drain(ctx, running.address, "", tileConnections, paths[:len(paths)/10])
	d := load.Drain(ctx, running.address, "", tileConnections, paths)
	if d.Statuses[200] < len(paths) {
		return fmt.Errorf("answers by status: %s", statuses(d.Statuses))
	}
	fmt.Fprintf(s, "| %s | %.0f | %.0f | %.1f |\n", f.name, rate, d.PerSecond, 1000*d.P95.Seconds())
	return nil
}

// boxes are requests for random boxes of about 200 m.
func boxes(prefix string, e spatial.Envelope, n int) []string {
	const side = 0.0018
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		lon, lat := e.MinX+rng.Float64()*(e.MaxX-e.MinX-side), e.MinY+rng.Float64()*(e.MaxY-e.MinY-side)
		out[i] = fmt.Sprintf("%s%.6f,%.6f,%.6f,%.6f", prefix, lon, lat, lon+side, lat+side)
	}
	return out
}
