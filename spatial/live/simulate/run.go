package simulate

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Options of a simulation. Report and at least one line of 200 m are required.
type Options struct {
	Devices   int     // 100
	RateHertz float64 // positions of each device a second; 1
	Seed      uint64
	Prefix    string           // of the device ids, "sim-": two fleets at once need two
	Roads     []orb.LineString // for buses and ambulances
	Waterways []orb.LineString // for barges

	// Register makes the devices known before they report; nil where they are
	// registered already.
	Register func(ctx context.Context, devices []live.Device) error
	// Report takes at most 1000 positions of different devices. An error that
	// may pass (unavailable, timeout, too_many_requests) skips these positions,
	// any other ends the simulation.
	Report func(ctx context.Context, positions []live.Position) error
	Now    func() time.Time
	Log    *slog.Logger
}

// reportRows bounds one report.
const reportRows = 1000

// Fleet is a set of vehicles under way.
type Fleet struct {
	vehicles []*vehicle
}

// NewFleet places devices on the lines: of ten, seven are buses, two
// ambulances and one a barge, as far as there are roads and waterways. It fails
// with CodeInvalid where there is no line to drive on.
func NewFleet(o Options) (*Fleet, error) {
	roads, waterways := newNetwork(o.Roads), newNetwork(o.Waterways)
	if len(roads.paths)+len(waterways.paths) == 0 {
		return nil, spatial.Invalid("simulate: start", "There is no line of at least 200 m to drive on.")
	}
	f := &Fleet{}
	counts := make(map[live.Kind]int)
	for i := range o.Devices {
		kind := kindOf(i, len(roads.paths) > 0, len(waterways.paths) > 0)
		counts[kind]++
		n := roads
		if kind == live.KindBarge {
			n = waterways
		}
		// Each vehicle has numbers of its own: more devices do not change the way
		// of the others.
		random := rand.New(rand.NewPCG(o.Seed, uint64(i)))
		f.vehicles = append(f.vehicles, newVehicle(fmt.Sprintf("%s%s-%03d", o.Prefix, kind, counts[kind]), kind, n, random))
	}
	return f, nil
}

func kindOf(i int, roads, waterways bool) live.Kind {
	switch {
	case !roads:
		return live.KindBarge
	case i%10 == 2 && waterways:
		return live.KindBarge
	case i%5 == 1:
		return live.KindAmbulance
	}
	return live.KindBus
}

// Devices describes the fleet for the registry: public, and marked as the
// demo's, so that they go with it and leave little history.
func (f *Fleet) Devices() []live.Device {
	names := map[live.Kind]string{live.KindBus: "Xe buýt", live.KindAmbulance: "Xe cấp cứu 115", live.KindBarge: "Sà lan"}
	devices := make([]live.Device, len(f.vehicles))
	for i, v := range f.vehicles {
		devices[i] = live.Device{
			ID: v.id, Kind: v.kind, Name: names[v.kind] + " " + v.id[strings.LastIndexByte(v.id, '-')+1:],
			Visibility: spatial.VisibilityPublic, Demo: true,
		}
	}
	return devices
}

// Step drives every vehicle for a while.
func (f *Fleet) Step(d time.Duration) {
	for _, v := range f.vehicles {
		v.step(d.Seconds())
	}
}

// Positions reports where every vehicle is.
func (f *Fleet) Positions(now time.Time) []live.Position {
	positions := make([]live.Position, len(f.vehicles))
	for i, v := range f.vehicles {
		positions[i] = v.position(now)
	}
	return positions
}

// Run drives until the context ends, and then returns nil.
func Run(ctx context.Context, o Options) error {
	if o.Devices == 0 {
		o.Devices = 100
	}
	if o.RateHertz == 0 {
		o.RateHertz = 1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	fleet, err := NewFleet(o)
	if err != nil {
		return err
	}
	if o.Register != nil {
		if err := o.Register(ctx, fleet.Devices()); err != nil {
			return ended(ctx, fmt.Errorf("simulate: register: %w", err))
		}
	}
	step := time.Duration(float64(time.Second) / o.RateHertz)
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		if err := fleet.report(ctx, o); err != nil {
			return ended(ctx, fmt.Errorf("simulate: report: %w", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			fleet.Step(step)
		}
	}
}

// ended drops an error that only says that the context ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (f *Fleet) report(ctx context.Context, o Options) error {
	positions := f.Positions(o.Now())
	for len(positions) > 0 {
		n := min(len(positions), reportRows)
		err := o.Report(ctx, positions[:n])
		switch spatial.CodeOf(err) {
		case "":
		case spatial.CodeUnavailable, spatial.CodeTimeout, spatial.CodeTooManyRequests:
			o.Log.WarnContext(ctx, "simulated positions are skipped", "positions", n, "error", err)
		default:
			return err
		}
		positions = positions[n:]
	}
	return nil
}
