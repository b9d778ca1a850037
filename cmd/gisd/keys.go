package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/api/auth"
	"gisd/spatial"
	"gisd/spatial/postgis/accounts"
)

func newKeysCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "keys",
		Short:   "Create, list and revoke API keys of programs",
		Example: "  gisd keys create \"QGIS of the planning office\" --role viewer --expires 8760h\n  gisd keys list\n  gisd keys revoke gisd_3f9aB2cd",
	}
	cmd.AddCommand(newKeysCreateCommand(a), newKeysListCommand(a), newKeysRevokeCommand(a))
	return cmd
}

func newKeysCreateCommand(a *app) *cobra.Command {
	var names []string
	var department, device string
	var expires time.Duration
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Create an API key and print it, once",
		Long: "Create an API key and print it; only its SHA-256 is kept. Programs send it as `Authorization: Bearer KEY`, " +
			"as the password of any name (HTTP Basic), or as `?key=KEY` where they can hold nothing but an address: then it only reads.",
		Example: "  gisd keys create \"QGIS of the planning office\" --role viewer\n  gisd keys create \"bus 12\" --device bus-12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if device != "" && cmd.Flags().Changed("role") {
				return usagef("--device and --role exclude each other: a device's key reports its positions and no more")
			}
			if device != "" {
				names = nil
			}
			list, err := roles(names)
			if err != nil {
				return err
			}
			key, record, err := auth.NewKey()
			if err != nil {
				return err
			}
			record.Name, record.Roles, record.Department, record.DeviceID, record.CreatedBy = args[0], list, department, device, "cli"
			if expires > 0 {
				record.ExpiresAt = time.Now().Add(expires)
			}
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				if _, err := store.AddKey(cmd.Context(), record); err != nil {
					return err
				}
				fmt.Fprintln(a.stdout, key)
				return audit(cmd.Context(), store, "key.create", "key:"+record.Prefix,
					map[string]any{"name": args[0], "roles": names, "department": department, "device": device})
			})
		},
	}
	cmd.Flags().StringSliceVar(&names, "role", []string{string(spatial.RoleViewer)}, roleUsage)
	cmd.Flags().StringVar(&department, "department", "", "whose collections an editor's key may change")
	cmd.Flags().StringVar(&device, "device", "", "the only device this key may report for")
	cmd.Flags().DurationVar(&expires, "expires", 0, "how long the key is good, 8760h; without it for ever")
	return cmd
}

func newKeysListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List API keys by their first characters",
		Example: "  gisd keys list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				keys, err := store.Keys(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "KEY\tNAME\tROLES\tDEPARTMENT\tDEVICE\tCREATED\tLAST USED\tSTATE")
				for _, k := range keys {
					fmt.Fprintf(w, "%s…\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Prefix, k.Name, joinRoles(k.Roles), k.Department, k.DeviceID,
						k.CreatedAt.UTC().Format(time.DateOnly), dayOrNever(k.LastUsedAt), keyState(k, time.Now()))
				}
				return w.Flush()
			})
		},
	}
}

func dayOrNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.DateOnly)
}

func keyState(k spatial.APIKey, now time.Time) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "revoked " + k.RevokedAt.Format(time.DateOnly)
	case !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(now):
		return "expired " + k.ExpiresAt.Format(time.DateOnly)
	case !k.ExpiresAt.IsZero():
		return "until " + k.ExpiresAt.Format(time.DateOnly)
	}
	return "good"
}

func newKeysRevokeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke PREFIX",
		Short:   "Revoke an API key for good",
		Long:    "Revoke the key that begins with PREFIX, as `gisd keys list` shows it. Servers notice within two seconds.",
		Example: "  gisd keys revoke gisd_3f9aB2cd",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				prefix := strings.TrimSuffix(args[0], "…") // as the list prints it
				if err := store.RevokeKey(cmd.Context(), prefix); err != nil {
					return err
				}
				return audit(cmd.Context(), store, "key.revoke", "key:"+prefix, nil)
			})
		},
	}
}
