package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"gisd/importers/demo"
	"gisd/internal/sleep"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/simulate"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

const (
	demoRoadsID   = demo.IDPrefix + "roads"
	demoVehicles  = 60
	demoFixedRate = 30 * time.Second // between reports of what does not move
	demoLook      = 10 * time.Second // between looks whether the demo is there
)

// demoFleet drives the demo's devices within the server. They move on the map
// and leave no history: days of made-up positions would fill the disk.
type demoFleet struct {
	hub       *live.Hub
	rules     live.Listener
	devices   *devices.Store
	catalogue *postgis.Catalogue
	log       *slog.Logger
}

// traffic keeps the demo's devices moving in a private cluster while the demo is
// there: it stops when the demo is removed.
func (d demoFleet) traffic(ctx context.Context) error {
	for ctx.Err() == nil {
		if d.present() {
			drive, stop := context.WithCancel(ctx)
			group, drive := errgroup.WithContext(drive)
			group.Go(func() error { return d.run(drive) })
			group.Go(func() error { return d.reportFixed(drive) })
			group.Go(func() error {
				defer stop()
				return d.whilePresent(drive)
			})
			if err := group.Wait(); err != nil && ctx.Err() == nil {
				d.log.WarnContext(ctx, "the demo's devices stand still", "error", err)
			}
			stop()
		}
		_ = sleep.For(ctx, demoLook)
	}
	return nil
}

// run drives what moves: buses, ambulances (for those who signed in) and barges.
func (d demoFleet) run(ctx context.Context) error {
	o := simulate.Options{Devices: demoVehicles, RateHertz: 1, Seed: 1, Log: d.log}
	o.Roads, o.Waterways = demo.Routes()
	o.Register = func(ctx context.Context, fleet []live.Device) error {
		for i := range fleet {
			if fleet[i].Kind == live.KindAmbulance {
				fleet[i].Visibility = spatial.VisibilityInternal
			}
		}
		if _, err := d.devices.Register(ctx, fleet, demoBy); err != nil {
			return err
		}
		for _, one := range fleet {
			d.hub.PutDevice(one)
		}
		return nil
	}
	o.Report = func(_ context.Context, positions []live.Position) error {
		d.hub.Update(positions)
		d.rules.Reported(positions)
		return nil
	}
	return simulate.Run(ctx, o)
}

// present reports whether the demo's roads are in the catalogue.
func (d demoFleet) present() bool {
	c, err := d.catalogue.Collection(demoRoadsID, spatial.SystemAccess(demoBy))
	return err == nil && c.Version > 0
}

func (d demoFleet) whilePresent(ctx context.Context) error {
	for ctx.Err() == nil && d.present() {
		_ = sleep.For(ctx, demoLook)
	}
	return nil
}

func (d demoFleet) reportFixed(ctx context.Context) error {
	for ctx.Err() == nil {
		fixed := fixedPositions(time.Now())
		d.hub.Update(fixed)
		d.rules.Reported(fixed)
		_ = sleep.For(ctx, demoFixedRate)
	}
	return nil
}

// fixedPositions are the readings of the demo's sensors and cameras. The water
// follows a tide of 12.42 hours.
func fixedPositions(now time.Time) []live.Position {
	var out []live.Position
	tide := math.Sin(2 * math.Pi * now.Sub(time.Unix(0, 0)).Hours() / 12.42)
	for i, d := range demo.Devices() {
		attributes := map[string]any{"online": true}
		if d.Kind == string(live.KindSensor) {
			attributes = map[string]any{"water_level_m": math.Round((0.6+0.9*tide+0.05*float64(i))*100) / 100}
		}
		text, err := json.Marshal(attributes)
		if err != nil {
			continue
		}
		out = append(out, live.Position{
			Device: d.ID, Lon: d.At[0], Lat: d.At[1],
			Time: now.UTC().Truncate(time.Microsecond), ReceivedAt: now.UTC(), Attributes: text,
		})
	}
	return out
}

// registerFixedDevices makes the demo's sensors and cameras known; cameras are
// for those who signed in.
func registerFixedDevices(ctx context.Context, db *postgis.DB) error {
	var fleet []live.Device
	for _, d := range demo.Devices() {
		visibility := spatial.VisibilityPublic
		if d.Kind == string(live.KindCamera) {
			visibility = spatial.VisibilityInternal
		}
		fleet = append(fleet, live.Device{ID: d.ID, Kind: live.Kind(d.Kind), Name: d.Name, Visibility: visibility, Demo: true})
	}
	_, err := devices.NewStore(db).Register(ctx, fleet, demoBy)
	return err
}
