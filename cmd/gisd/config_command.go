package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newConfigCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Print the settings in force",
		Long:    "Print the settings in force as a settings file; secrets print as REDACTED.",
		Example: "  GISD_LISTEN=:9000 gisd config",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			for _, s := range a.cfg.settings() {
				fmt.Fprintf(a.stdout, "# %s\n%s = %s\n", s.usage, s.key(), s.value)
			}
			return nil
		},
	}
	a.cfg.addFlags(cmd.Flags(), serving)
	return cmd
}
