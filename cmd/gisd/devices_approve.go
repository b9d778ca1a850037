package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/devices"
)

func newDevicesPendingCommand(a *app) *cobra.Command {
	var rejected bool
	cmd := &cobra.Command{
		Use:     "pending",
		Short:   "List devices that called and wait for approval",
		Long:    "List devices that called under an identity that no device has: nothing that they send is kept or shown. An identity is a protocol and what it calls the device, imei:356307042441013.",
		Example: "  gisd devices pending",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				pending, err := registry.Pending(cmd.Context(), rejected)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "IDENTITY\tADDRESS\tFIRST CALLED\tLAST CALLED\tMESSAGES\tSTATE")
				for _, p := range pending {
					state := "waits"
					if p.Rejected {
						state = "rejected"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", p.Identity, p.Address,
						p.First.UTC().Format(time.RFC3339), p.Last.UTC().Format(time.RFC3339), p.Messages, state)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&rejected, "rejected", false, "those too that were rejected")
	return cmd
}

func (a *app) withDevices(ctx context.Context, work func(*postgis.DB, *devices.Store) error) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	return work(db, devices.NewStore(db))
}

func newDevicesApproveCommand(a *app) *cobra.Command {
	var d live.Device
	var kind, visibility string
	cmd := &cobra.Command{
		Use:   "approve IDENTITY [--id ID] [--kind KIND]",
		Short: "Take positions from a device that calls under an identity",
		Long: "Take positions from a device that calls under an identity, for the device ID: one that is registered, or with --kind a new one. " +
			"Without --id the device is called as the identity is, less its protocol. A device may have several identities; one that has not called yet may be approved.",
		Example: "  gisd devices approve imei:356307042441013 --id bus-12 --kind bus --visibility public\n  gisd devices approve mmsi:574001230 --kind barge",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, identity := cmd.Context(), args[0]
			if !live.ValidIdentity(identity) {
				return usagef("%q is no identity, such as imei:356307042441013", identity)
			}
			if d.ID == "" {
				_, d.ID, _ = strings.Cut(identity, ":")
			}
			d.Kind = live.Kind(kind)
			readVisibility(&d, visibility)
			if kind != "" {
				if err := live.ValidateDevices([]live.Device{d}); err != nil {
					return &exitError{exitUsage, err}
				}
			}
			return a.withDevices(ctx, func(db *postgis.DB, registry *devices.Store) error {
				if err := approve(ctx, registry, d, identity); err != nil {
					return err
				}
				fmt.Fprintf(a.stderr, "%s reports for %s from now on\n", identity, d.ID)
				return audit(ctx, accounts.NewStore(db.Pool, a.log), "device.approve", "device:"+d.ID, map[string]any{"identity": identity})
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&d.ID, "id", "", "id of the device")
	flags.StringVar(&kind, "kind", "", "kind of a new device: bus, ambulance, barge, train, truck, sensor, camera or one of your own")
	flags.StringVar(&d.Name, "name", "", "name of a new device, for people")
	flags.StringVar(&d.Department, "department", "", "owner of a new device; its editors may report for it")
	flags.StringVar(&visibility, "visibility", "internal", "of a new device: public, internal or restricted:ROLE[,ROLE]")
	return cmd
}

// approve registers the device where it is new and gives it the identity.
func approve(ctx context.Context, registry *devices.Store, d live.Device, identity string) error {
	_, err := registry.Device(ctx, d.ID)
	switch {
	case spatial.CodeOf(err) == spatial.CodeNotFound && d.Kind == "":
		return usagef("there is no device %q: --kind registers it", d.ID)
	case spatial.CodeOf(err) == spatial.CodeNotFound:
		if _, err := registry.Register(ctx, []live.Device{d}, "cli"); err != nil {
			return err
		}
	case err != nil:
		return err
	case d.Kind != "":
		return usagef("the device %q is registered: leave --kind out, or name another with --id", d.ID)
	}
	return registry.Approve(ctx, identity, d.ID, "cli")
}

func newDevicesRejectCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "reject IDENTITY",
		Short:   "Turn away a device that called, or one that was approved",
		Long:    "Turn away a device that called: gisd devices pending lists it no more. An identity that a device has is taken from it first.",
		Example: "  gisd devices reject imei:356307042441013",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withDevices(ctx, func(db *postgis.DB, registry *devices.Store) error {
				forgot, rejected := registry.Forget(ctx, args[0]), registry.Reject(ctx, args[0], "cli")
				if rejected != nil && (forgot != nil || spatial.CodeOf(rejected) != spatial.CodeNotFound) {
					return rejected
				}
				fmt.Fprintf(a.stderr, "%s is turned away\n", args[0])
				return audit(ctx, accounts.NewStore(db.Pool, a.log), "device.reject", "identity:"+args[0], nil)
			})
		},
	}
}

func newDevicesRotateCommand(a *app) *cobra.Command {
	var keep time.Duration
	cmd := &cobra.Command{
		Use:     "rotate ID",
		Short:   "Give a device a new key and end those that it has",
		Long:    "Give a device a new key, shown this once, and end those that it has; with --keep they are good a while longer, until the device has been given the new one.",
		Example: "  gisd devices rotate bus-12 --keep 24h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, id := cmd.Context(), args[0]
			if keep < 0 {
				return usagef("--keep wants a duration such as 24h")
			}
			return a.withDevices(ctx, func(db *postgis.DB, registry *devices.Store) error {
				if _, err := registry.Device(ctx, id); err != nil {
					return err
				}
				secret, record, err := newDeviceKey(id)
				if err != nil {
					return err
				}
				store := accounts.NewStore(db.Pool, a.log)
				if err := store.RotateKey(ctx, record, time.Now().Add(keep)); err != nil {
					return err
				}
				fmt.Fprintln(a.stdout, secret)
				return audit(ctx, store, "key.rotate", "key:"+record.Prefix, map[string]any{"device": id, "keep": keep.String()})
			})
		},
	}
	cmd.Flags().DurationVar(&keep, "keep", 0, "how long the other keys stay good, 24h")
	return cmd
}
