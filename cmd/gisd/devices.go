package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/api/auth"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/devices"
)

func newDevicesCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "devices",
		Short:   "List, register, approve and revoke devices that report positions, and say how long their history is kept",
		Example: "  gisd devices register bus-12 --kind bus --name \"Xe buýt 12\" --visibility public --key\n  gisd devices pending\n  gisd devices approve imei:356307042441013 --id bus-12 --kind bus",
	}
	cmd.AddCommand(newDevicesListCommand(a), newDevicesShowCommand(a), newDevicesRegisterCommand(a), newDevicesRevokeCommand(a),
		newDevicesRotateCommand(a), newDevicesPendingCommand(a), newDevicesApproveCommand(a), newDevicesRejectCommand(a),
		newDevicesRetentionCommand(a), newDevicesReadingsCommand(a), newDevicesTracksCommand(a))
	return cmd
}

// visibilityText is a visibility as people write it: "restricted:115,police".
func visibilityText(d *live.Device) string {
	if d.Visibility != spatial.VisibilityRestricted {
		return string(d.Visibility)
	}
	roles := make([]string, len(d.Roles))
	for i, r := range d.Roles {
		roles[i] = string(r)
	}
	return string(d.Visibility) + ":" + strings.Join(roles, ",")
}

func newDevicesListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List devices with when they were last seen",
		Example: "  gisd devices list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			db, release, err := a.database(ctx)
			if err != nil {
				return err
			}
			defer release()
			registry := devices.NewStore(db)
			records, err := registry.List(ctx)
			if err != nil {
				return err
			}
			positions, err := registry.LastPositions(ctx)
			if err != nil {
				return err
			}
			seen := make(map[string]time.Time, len(positions))
			for _, p := range positions {
				seen[p.Device] = p.Time
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tKIND\tNAME\tVISIBILITY\tDEPARTMENT\tLAST SEEN")
			for i := range records {
				r := &records[i]
				last := "never"
				if at, ok := seen[r.ID]; ok {
					last = at.Format(time.RFC3339)
				}
				if r.Revoked {
					last = "revoked"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Name, visibilityText(&r.Device), r.Department, last)
			}
			return w.Flush()
		},
	}
}

func newDevicesShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show one device and its last known position as JSON",
		Example: "  gisd devices show bus-12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			db, release, err := a.database(ctx)
			if err != nil {
				return err
			}
			defer release()
			registry := devices.NewStore(db)
			r, err := registry.Device(ctx, args[0])
			if err != nil {
				return err
			}
			shown := map[string]any{
				"id": r.ID, "kind": r.Kind, "name": r.Name, "department": r.Department, "visibility": visibilityText(&r.Device),
				"demo": r.Demo, "revoked": r.Revoked, "identities": r.Identities, "registeredBy": r.RegisteredBy, "registeredAt": r.RegisteredAt.UTC(),
			}
			positions, err := registry.LastPositions(ctx)
			if err != nil {
				return err
			}
			for i := range positions {
				if positions[i].Device == r.ID {
					shown["position"] = json.RawMessage(positions[i].AppendJSON(nil))
				}
			}
			encoder := json.NewEncoder(a.stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(shown)
		},
	}
}

func newDevicesRegisterCommand(a *app) *cobra.Command {
	var d live.Device
	var kind, visibility string
	var key bool
	cmd := &cobra.Command{
		Use:   "register ID --kind KIND",
		Short: "Register a device, or change it",
		Long:  "Register a device, or change it; a revoked one may report again. With --key it gets a key of its own, shown this once, that may report its positions and nothing else.",
		Example: "  gisd devices register bus-12 --kind bus --name \"Xe buýt 12\" --visibility public\n" +
			"  gisd devices register amb-3 --kind ambulance --visibility restricted:115 --key",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			d.ID, d.Kind = args[0], live.Kind(kind)
			readVisibility(&d, visibility)
			if err := live.ValidateDevices([]live.Device{d}); err != nil {
				return &exitError{exitUsage, err}
			}
			db, release, err := a.database(ctx)
			if err != nil {
				return err
			}
			defer release()
			if _, err := devices.NewStore(db).Register(ctx, []live.Device{d}, "cli"); err != nil {
				return err
			}
			if !key {
				fmt.Fprintf(a.stderr, "%s is registered\n", d.ID)
				return nil
			}
			secret, record, err := newDeviceKey(d.ID)
			if err != nil {
				return err
			}
			if _, err := accounts.NewStore(db.Pool, a.log).AddKey(ctx, record); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "%s is registered; its key, shown this once:\n", d.ID)
			fmt.Fprintln(a.stdout, secret)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&kind, "kind", "", "bus, ambulance, barge, train, truck, sensor, camera or a kind of your own")
	flags.StringVar(&d.Name, "name", "", "name for people")
	flags.StringVar(&d.Department, "department", "", "owner; its editors may report for the device")
	flags.StringVar(&visibility, "visibility", "internal", "public, internal or restricted:ROLE[,ROLE]")
	flags.BoolVar(&key, "key", false, "make a key for the device")
	_ = cmd.MarkFlagRequired("kind")
	return cmd
}

// newDeviceKey makes a key that reports for one device.
func newDeviceKey(device string) (secret string, record spatial.APIKey, err error) {
	secret, record, err = auth.NewKey()
	record.Name, record.DeviceID, record.CreatedBy = "device "+device, device, "cli"
	return secret, record, err
}

// readVisibility reads what visibilityText writes.
func readVisibility(d *live.Device, text string) {
	head, roles, _ := strings.Cut(text, ":")
	d.Visibility = spatial.Visibility(head)
	for role := range strings.SplitSeq(roles, ",") {
		if role != "" {
			d.Roles = append(d.Roles, spatial.Role(role))
		}
	}
}

func newDevicesRevokeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID",
		Short:   "End a device and its keys; its history stays",
		Example: "  gisd devices revoke bus-12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, release, err := a.database(cmd.Context())
			if err != nil {
				return err
			}
			defer release()
			if err := devices.NewStore(db).Revoke(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "%s is revoked\n", args[0])
			return nil
		},
	}
}
