package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

func newDevicesTracksCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tracks",
		Short: "Say who may read the tracks of a kind of device, and what for",
		Long: "Say who may read the tracks of a kind of device, and what for. Kinds without a rule are read by operators, for a purpose in their own words. " +
			"How long they are kept is said with gisd devices retention. Without a subcommand the rules are listed.",
		Example: "  gisd devices tracks\n  gisd devices tracks set bus --readers operator,transport --purpose timetable --purpose accident\n  gisd devices tracks reads bus-12",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				rules, err := registry.TrackRules(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "KIND\tREADERS\tPURPOSES")
				for _, r := range rules {
					readers := make([]string, len(r.Readers))
					for i, role := range r.Readers {
						readers[i] = string(role)
					}
					if len(readers) == 0 {
						readers = []string{string(spatial.RoleOperator)}
					}
					purposes := strings.Join(r.Purposes, "; ")
					if purposes == "" {
						purposes = "any"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\n", r.Kind, strings.Join(readers, ","), purposes)
				}
				return w.Flush()
			})
		},
	}
	cmd.AddCommand(newDevicesTracksSetCommand(a), newDevicesTracksUnsetCommand(a), newDevicesTracksReadsCommand(a))
	return cmd
}

func newDevicesTracksSetCommand(a *app) *cobra.Command {
	var purposes, readers []string
	cmd := &cobra.Command{
		Use:     "set KIND",
		Short:   "Make or change the rule of a kind",
		Example: "  gisd devices tracks set ambulance --readers 115 --purpose \"response times\" --purpose complaint",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule := live.TrackRule{Kind: live.Kind(args[0]), Purposes: purposes}
			for _, role := range readers {
				rule.Readers = append(rule.Readers, spatial.Role(role))
			}
			if len(purposes)+len(readers) == 0 {
				return usagef("say --readers, --purpose or both")
			}
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				return registry.SetTrackRule(cmd.Context(), rule, "cli")
			})
		},
	}
	cmd.Flags().StringArrayVar(&purposes, "purpose", nil, "what tracks may be read for; again for each, any without it")
	cmd.Flags().StringSliceVar(&readers, "readers", nil, "roles that may read them (default: operator)")
	return cmd
}

func newDevicesTracksUnsetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "unset KIND",
		Short:   "Take the rule of a kind away",
		Example: "  gisd devices tracks unset ambulance",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				return registry.RemoveTrackRule(cmd.Context(), live.Kind(args[0]))
			})
		},
	}
}

func newDevicesTracksReadsCommand(a *app) *cobra.Command {
	var since time.Duration
	var limit int
	cmd := &cobra.Command{
		Use:     "reads ID",
		Short:   "List who read the tracks of a device, and what for, the newest first",
		Example: "  gisd devices tracks reads bus-12 --since 720h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				reads, err := registry.TrackReads(cmd.Context(), args[0], time.Now().Add(-since), limit)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "TIME\tWHO\tWHAT\tPURPOSE\tOF\tFROM")
				for _, r := range reads {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.At.UTC().Format(time.RFC3339), r.Actor, r.What, r.Purpose, r.Datetime, r.RemoteAddress)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().DurationVar(&since, "since", 365*24*time.Hour, "how far back")
	cmd.Flags().IntVar(&limit, "limit", 1000, "lines at most")
	return cmd
}
