package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

func newDevicesRetentionCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retention",
		Short: "Say how long the history of a kind of device is kept",
		Long: "Say how long the history of a kind of device is kept, in days; 0 keeps all. Kinds without a rule follow the server's settings position-days and reading-days. " +
			"Without a subcommand the rules are listed. Servers follow within an hour; what is too old is deleted for good.",
		Example: "  gisd devices retention\n  gisd devices retention set ambulance --position-days 7\n  gisd devices retention unset ambulance",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				rules, err := registry.Retentions(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "KIND\tPOSITION DAYS\tREADING DAYS")
				for _, r := range rules {
					fmt.Fprintf(w, "%s\t%s\t%s\n", r.Kind, daysText(r.PositionDays), daysText(r.ReadingDays))
				}
				return w.Flush()
			})
		},
	}
	cmd.AddCommand(newDevicesRetentionSetCommand(a), newDevicesRetentionUnsetCommand(a))
	return cmd
}

func daysText(days *int) string {
	switch {
	case days == nil:
		return "as set"
	case *days == 0:
		return "all"
	}
	return strconv.Itoa(*days)
}

func newDevicesRetentionSetCommand(a *app) *cobra.Command {
	var positions, readings int
	cmd := &cobra.Command{
		Use:     "set KIND",
		Short:   "Make or change the rule of a kind",
		Example: "  gisd devices retention set sensor --position-days 7 --reading-days 0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule := devices.Retention{Kind: live.Kind(args[0])}
			if cmd.Flags().Changed("position-days") {
				rule.PositionDays = &positions
			}
			if cmd.Flags().Changed("reading-days") {
				rule.ReadingDays = &readings
			}
			if rule.PositionDays == nil && rule.ReadingDays == nil {
				return usagef("say --position-days, --reading-days or both")
			}
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				if err := registry.SetRetention(cmd.Context(), rule, "cli"); err != nil {
					return err
				}
				fmt.Fprintf(a.stderr, "positions of %s are kept: %s days; readings: %s\n", rule.Kind, daysText(rule.PositionDays), daysText(rule.ReadingDays))
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&positions, "position-days", 0, "days that positions are kept; 0 keeps all (default: the server's setting)")
	cmd.Flags().IntVar(&readings, "reading-days", 0, "days that readings are kept; 0 keeps all (default: the server's setting)")
	return cmd
}

func newDevicesRetentionUnsetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "unset KIND",
		Short:   "Take the rule of a kind away",
		Example: "  gisd devices retention unset sensor",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				return registry.RemoveRetention(cmd.Context(), live.Kind(args[0]))
			})
		},
	}
}

func newDevicesReadingsCommand(a *app) *cobra.Command {
	var name string
	var since time.Duration
	var limit int
	cmd := &cobra.Command{
		Use:     "readings ID",
		Short:   "Write what a sensor measured as CSV, the newest first",
		Example: "  gisd devices readings level-3 --name water_level --since 24h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDevices(cmd.Context(), func(_ *postgis.DB, registry *devices.Store) error {
				if _, err := registry.Device(cmd.Context(), args[0]); err != nil {
					return err
				}
				now := time.Now()
				readings, err := registry.Readings(cmd.Context(), live.ReadingQuery{
					Device: args[0], Name: name, First: now.Add(-since), Last: now.Add(time.Hour), Limit: limit,
				})
				if err != nil {
					return err
				}
				w := csv.NewWriter(a.stdout)
				_ = w.Write([]string{"time", "name", "value", "unit", "quality"})
				for _, r := range readings {
					_ = w.Write([]string{r.Time.Format(time.RFC3339Nano), r.Name, strconv.FormatFloat(r.Value, 'g', -1, 64), r.Unit, r.Quality})
				}
				w.Flush()
				return w.Error()
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&name, "name", "", "of what is measured; all without it")
	flags.DurationVar(&since, "since", 24*time.Hour, "how far back")
	flags.IntVar(&limit, "limit", 10_000, "readings at most")
	return cmd
}
