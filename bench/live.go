package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gisd/bench/load"
)

// The load of the suite live.
const (
	liveDevices    = 1000
	liveFences     = 1000
	livePerSecond  = 16_000 // fixes over MQTT
	liveWindow     = 20
	liveBatched    = 44_000 // fixes a second in batches
	liveBatch      = 500
	liveSenders    = 8
	liveViewers    = 5000
	fewerViewers   = 2000
	liveSampled    = 50
	liveTick       = 250 * time.Millisecond
	fleetPerSecond = 1000 // fixes while viewers watch
)

// liveBench is a server with devices and fences.
type liveBench struct {
	options
	server     *server
	mqtt       string // host:port
	key        string
	postmaster int
	fleet      *load.Fleet
}

// liveFigures are what the parts came to; CPU is that of each part.
type liveFigures struct {
	published   load.Published
	publishCPU  usage
	backlog     float64 // seconds: age of the oldest fix without the database as publishing ended
	drained     time.Duration
	events      load.Latency // on an operator's stream, from the fix
	eventsIn    map[float64]float64
	batches     load.Sent
	batchCPU    usage
	batchStored float64 // fixes a second, until the database had the last
	viewers     []viewerFigures
	peakMiB     float64
}

// liveSuite has devices report over MQTT and in batches, and viewers watch.
func liveSuite(ctx context.Context, o options) (string, error) {
	cluster, release, err := o.cluster(ctx, "")
	if err != nil {
		return "", err
	}
	defer release()
	b := &liveBench{options: o, fleet: load.NewFleet(liveDevices)}
	if b.postmaster, err = postmasterOf(cluster.Home()); err != nil {
		return "", err
	}
	if b.mqtt, err = freePort(); err != nil {
		return "", err
	}
	key, err := command(ctx, o.work, nil, o.gisd, "keys", "create", "bench", "--role", "admin", "--data-dir", o.dataDir())
	if err != nil {
		return "", err
	}
	b.key = strings.TrimSpace(string(key.stdout))
	if b.server, err = (importBench{options: o, url: cluster.URL()}).serveGisd(ctx, "--mqtt-listen", b.mqtt); err != nil {
		return "", err
	}
	stopped := false
	defer func() {
		if !stopped {
			b.server.stop()
		}
	}()
	f, err := b.measure(ctx)
	if err != nil {
		return "", err
	}
	stopped = true
	f.peakMiB = b.server.stop()
	return liveSection(o, f), nil
}

func postmasterOf(home string) (int, error) {
	text, err := os.ReadFile(filepath.Join(home, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(strings.TrimSpace(first))
}

// part is how long a part of the suite takes: normally, and in a quick run.
func (b *liveBench) part(normal time.Duration) time.Duration {
	if b.live < time.Minute {
		return min(normal, b.live)
	}
	return normal
}

func (b *liveBench) measure(ctx context.Context) (f liveFigures, err error) {
	if err := b.prepare(ctx); err != nil {
		return f, err
	}
	say := func(what string) { fmt.Fprintln(b.log, "bench: live:", what) }
	say("viewers")
	if err := b.view(ctx, &f); err != nil {
		return f, fmt.Errorf("viewers: %w", err)
	}
	say("batches")
	if err := b.batch(ctx, &f); err != nil {
		return f, fmt.Errorf("batches: %w", err)
	}
	say("MQTT")
	if err := b.publish(ctx, &f); err != nil {
		return f, fmt.Errorf("MQTT: %w", err)
	}
	return f, nil
}

// prepare registers devices, draws fences and makes a rule of them.
func (b *liveBench) prepare(ctx context.Context) error {
	type device struct {
		ID         string `json:"id"`
		Kind       string `json:"kind"`
		Visibility string `json:"visibility"`
	}
	devices := make([]device, b.fleet.Len())
	for i := range devices {
		devices[i] = device{load.DeviceName(i), "bus", "public"}
	}
	if err := b.post(ctx, "/live/devices", devices); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(3, 4))
	names := make([]string, liveFences)
	for i := range names {
		names[i] = fmt.Sprintf("load-%d", i)
		feature := map[string]any{"type": "Feature", "id": names[i], "properties": map[string]any{"name": names[i]},
			"geometry": map[string]any{"type": "Polygon", "coordinates": [][][2]float64{fenceRing(r)}}}
		if err := b.post(ctx, "/live/geofences", feature); err != nil {
			return err
		}
	}
	rule := map[string]any{"id": "load", "subject": "fence", "events": []string{"enter", "exit", "dwell"}, "geofences": names, "hysteresis": 10, "dwell": "1m"}
	if err := b.post(ctx, "/live/rules", rule); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // servers notice within a second
	_, err := load.Batches{Address: b.server.address, Key: b.key, Fleet: b.fleet, PerSecond: liveDevices, Lines: liveDevices, Senders: 1, Duration: time.Second}.Run(ctx)
	return err
}

// fenceRing has 32 corners, some 450 m around a place where the fleet drives.
func fenceRing(r *rand.Rand) [][2]float64 {
	const corners = 32
	lon, lat := load.FleetWest+r.Float64()*load.FleetSize, load.FleetSouth+r.Float64()*load.FleetSize
	ring := make([][2]float64, corners+1)
	for i := range corners {
		sin, cos := math.Sincos(float64(i) / corners * 2 * math.Pi)
		radius := 0.004 * (0.7 + 0.6*r.Float64())
		ring[i] = [2]float64{lon + radius*cos, lat + radius*sin}
	}
	ring[corners] = ring[0]
	return ring
}

func (b *liveBench) post(ctx context.Context, path string, document any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.server.address+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s: %d %.300s", path, answer.StatusCode, body)
	}
	return err
}

func (b *liveBench) usage() (usage, error) { return usageOf(b.server.cmd.Process.Pid, b.postmaster) }

// measured says what a part used.
func (b *liveBench) measured(do func() error) (usage, error) {
	before, err := b.usage()
	if err != nil {
		return before, err
	}
	if err := do(); err != nil {
		return before, err
	}
	after, err := b.usage()
	return after.since(before), err
}

// drain waits until the database has every fix.
func (b *liveBench) drain(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	for time.Since(begin) < time.Minute {
		m, err := readMetrics(b.server.address)
		if err != nil {
			return 0, err
		}
		if m["gisd_spool_waiting_bytes"] == 0 {
			return time.Since(begin), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return 0, fmt.Errorf("the database does not have every fix a minute later")
}

func (b *liveBench) batch(ctx context.Context, f *liveFigures) error {
	begin := time.Now()
	var err error
	f.batchCPU, err = b.measured(func() error {
		f.batches, err = load.Batches{Address: b.server.address, Key: b.key, Fleet: b.fleet, PerSecond: liveBatched, Lines: liveBatch,
			Senders: liveSenders, Duration: b.part(30 * time.Second)}.Run(ctx)
		if err != nil {
			return err
		}
		_, err = b.drain(ctx)
		return err
	})
	f.batchStored = float64(f.batches.Positions) / time.Since(begin).Seconds()
	return err
}

func (b *liveBench) publish(ctx context.Context, f *liveFigures) error {
	// An operator who looks at the sea hears of events alone.
	operator, err := load.Viewers{Address: b.server.address, N: 1, Sampled: 1, Header: "Authorization: Bearer " + b.key + "\r\n",
		Path: func(int) string { return "/live/stream?bbox=0,0,0.01,0.01" }}.Watch(ctx)
	if err != nil {
		return err
	}
	defer operator.Close()
	operator.Measure(true)
	before, err := readMetrics(b.server.address)
	if err != nil {
		return err
	}
	f.publishCPU, err = b.measured(func() error {
		if f.published, err = (load.Publishers{Address: b.mqtt, Key: b.key, Fleet: b.fleet, PerSecond: livePerSecond, Window: liveWindow, Duration: b.live}).Run(ctx); err != nil {
			return err
		}
		m, err := readMetrics(b.server.address)
		if err != nil {
			return err
		}
		f.backlog = m["gisd_recorder_oldest_seconds"]
		f.eventsIn = histogram(before, m, "gisd_live_event_seconds")
		f.drained, err = b.drain(ctx)
		return err
	})
	f.events = operator.Events()
	if err == nil {
		err = operator.Err()
	}
	return err
}

// histogram is how many were at most so long, by seconds.
func histogram(before, after metrics, name string) map[float64]float64 {
	counts := map[float64]float64{}
	for key, n := range after {
		text, ok := strings.CutPrefix(key, name+`_bucket{le="`)
		if !ok {
			continue
		}
		if limit, err := strconv.ParseFloat(strings.TrimSuffix(text, `"}`), 64); err == nil {
			counts[limit] = n - before[key]
		}
	}
	return counts
}
