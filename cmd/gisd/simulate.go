package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gisd/api/auth"
	"gisd/spatial"
	"gisd/spatial/live/simulate"
	"gisd/spatial/postgis/accounts"
)

// The demo's lines to drive on.
const (
	demoRoads     = "demo_roads"
	demoWaterways = "demo_waterways"
)

type simulateFlags struct {
	devices          int
	rate             float64
	url, key         string
	seed             uint64
	roads, waterways string
}

func newSimulateCommand(a *app) *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Drive made-up devices on a running server",
		Long: "Drive buses and ambulances along roads and barges along rivers, and report their positions to a running server. " +
			"Without --key the database at hand lends an operator's key for the time of the run.",
		Example: "  gisd simulate --devices 200 --rate 1\n  gisd simulate --url https://map.example.org --key KEY --devices 50 --rate 0.2",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.simulate(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&f.devices, "devices", 100, "how many devices")
	flags.Float64Var(&f.rate, "rate", 1, "positions of each device a second, Hz")
	flags.StringVar(&f.url, "url", "http://localhost:8080", "the server")
	flags.StringVar(&f.key, "key", "", "API key of an operator, or of an editor for devices that are registered")
	flags.Uint64Var(&f.seed, "seed", 1, "the same seed drives the same way")
	flags.StringVar(&f.roads, "roads", demoRoads, "collection of lines for buses and ambulances")
	flags.StringVar(&f.waterways, "waterways", demoWaterways, "collection of lines for barges")
	return cmd
}

// The bounds of a simulation; one process does not write more.
const (
	maxSimulatedDevices = 100_000
	maxSimulatedHertz   = 20
)

func (a *app) simulate(ctx context.Context, f simulateFlags) error {
	if f.devices < 1 || f.devices > maxSimulatedDevices {
		return usagef("--devices wants a number from 1 to %d", maxSimulatedDevices)
	}
	if !(f.rate >= 0.001 && f.rate <= maxSimulatedHertz) {
		return usagef("--rate wants a number from 0.001 to %d", maxSimulatedHertz)
	}
	client, err := newLiveClient(f.url, f.key)
	if err != nil {
		return err
	}
	o := simulate.Options{
		Devices: f.devices, RateHertz: f.rate, Seed: f.seed, Prefix: "sim-",
		Register: client.register, Report: client.report, Log: a.log,
	}
	if o.Roads, err = client.lines(ctx, f.roads); err != nil {
		return err
	}
	if o.Waterways, err = client.lines(ctx, f.waterways); err != nil {
		return err
	}
	if len(o.Roads)+len(o.Waterways) == 0 {
		return fmt.Errorf("%s has neither of the collections %q and %q; see --roads and --waterways", f.url, f.roads, f.waterways)
	}
	if client.key == "" {
		giveBack, err := a.lendKey(ctx, client)
		if err != nil {
			return err
		}
		defer giveBack()
	}
	fmt.Fprintf(a.stderr, "driving %d devices on %d roads and %d waterways, reporting to %s; stop with Ctrl-C\n",
		f.devices, len(o.Roads), len(o.Waterways), f.url)
	if err := simulate.Run(ctx, o); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "stopped; %d positions were accepted\n", client.accepted)
	return nil
}

// lendKey makes an operator's key in the database at hand; it ends with the
// run, or after a day.
func (a *app) lendKey(ctx context.Context, client *liveClient) (giveBack func(), err error) {
	db, release, err := a.database(ctx)
	if err != nil {
		return nil, fmt.Errorf("without --key the server's database is needed: %w", err)
	}
	key, record, err := auth.NewKey()
	if err == nil {
		record.Name, record.CreatedBy = "gisd simulate", "cli"
		record.Roles = []spatial.Role{spatial.RoleOperator}
		record.ExpiresAt = time.Now().Add(24 * time.Hour)
		_, err = accounts.NewStore(db.Pool, a.log).AddKey(ctx, record)
	}
	if err != nil {
		release()
		return nil, err
	}
	client.key = key
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := accounts.NewStore(db.Pool, a.log).RevokeKey(ctx, record.Prefix); err != nil {
			a.log.WarnContext(ctx, "the simulation's key was not revoked; it ends within a day", "prefix", record.Prefix, "error", err)
		}
		release()
	}, nil
}
