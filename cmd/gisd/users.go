package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/api/auth"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
)

func newUsersCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "users",
		Short:   "Add people, list them, change their roles and passwords",
		Example: "  gisd users add an --full-name \"Nguyễn Văn An\" --role editor --department planning\n  gisd users list",
	}
	cmd.AddCommand(newUsersAddCommand(a), newUsersListCommand(a), newUsersSetRoleCommand(a), newUsersPasswdCommand(a))
	return cmd
}

// withAccounts runs a command's work on the store of people and keys.
func (a *app) withAccounts(ctx context.Context, work func(*accounts.Store) error) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	return work(accounts.NewStore(db.Pool, a.log))
}

// roles reads a list of roles; custom ones are what restricted collections are
// open to.
func roles(names []string) ([]spatial.Role, error) {
	list := make([]spatial.Role, 0, len(names))
	for _, name := range names {
		name = strings.TrimSpace(name)
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return nil, usagef("role %q: want small letters, digits, - and _", name)
		}
		list = append(list, spatial.Role(name))
	}
	return list, nil
}

const roleUsage = "viewer, editor, operator, admin, or roles of your own; repeat or separate by commas"

func newUsersAddCommand(a *app) *cobra.Command {
	var u spatial.User
	var names []string
	var fromInput bool
	cmd := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a person and print a password for them, once",
		Example: "  gisd users add an --role editor --department planning\n  echo 'a long password' | gisd users add an --password-stdin",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			u.Name = args[0]
			if u.Roles, err = roles(names); err != nil {
				return err
			}
			password, err := a.choosePassword(fromInput)
			if err != nil {
				return err
			}
			if u.PasswordHash, err = auth.HashPassword(password); err != nil {
				return err
			}
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				if _, err := store.AddUser(cmd.Context(), u); err != nil {
					return err
				}
				if !fromInput {
					fmt.Fprintln(a.stdout, password)
				}
				return audit(cmd.Context(), store, "user.add", "user:"+u.Name, map[string]any{"roles": names, "department": u.Department})
			})
		},
	}
	cmd.Flags().StringVar(&u.FullName, "full-name", "", "the person's name")
	cmd.Flags().StringSliceVar(&names, "role", []string{string(spatial.RoleViewer)}, roleUsage)
	cmd.Flags().StringVar(&u.Department, "department", "", "whose collections an editor may change")
	cmd.Flags().BoolVar(&fromInput, "password-stdin", false, "read the password from standard input")
	return cmd
}

func newUsersListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List people with their roles",
		Example: "  gisd users list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				users, err := store.Users(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tFULL NAME\tROLES\tDEPARTMENT\tSTATE")
				for _, u := range users {
					state := "active"
					if u.Disabled {
						state = "disabled"
					} else if u.LockedUntil.After(time.Now()) {
						state = "locked until " + u.LockedUntil.Format(time.RFC3339)
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Name, u.FullName, joinRoles(u.Roles), u.Department, state)
				}
				return w.Flush()
			})
		},
	}
}

func joinRoles(list []spatial.Role) string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = string(r)
	}
	return strings.Join(names, ",")
}

func newUsersSetRoleCommand(a *app) *cobra.Command {
	var department string
	cmd := &cobra.Command{
		Use:     "set-role NAME ROLE[,ROLE…]",
		Short:   "Change what a person may do",
		Long:    "Change what a person may do. Sessions that are open follow within seconds.",
		Example: "  gisd users set-role an editor,115 --department health",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := roles(strings.Split(args[1], ","))
			if err != nil {
				return err
			}
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				if !cmd.Flags().Changed("department") {
					u, err := store.User(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					department = u.Department
				}
				if err := store.SetRoles(cmd.Context(), args[0], list, department); err != nil {
					return err
				}
				return audit(cmd.Context(), store, "user.set-role", "user:"+args[0], map[string]any{"roles": joinRoles(list), "department": department})
			})
		},
	}
	cmd.Flags().StringVar(&department, "department", "", "whose collections an editor may change; unchanged if left out")
	return cmd
}

func newUsersPasswdCommand(a *app) *cobra.Command {
	var fromInput bool
	cmd := &cobra.Command{
		Use:     "passwd NAME",
		Short:   "Give a person a new password and end their sessions",
		Example: "  gisd users passwd an\n  echo 'a long password' | gisd users passwd an --password-stdin",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := a.choosePassword(fromInput)
			if err != nil {
				return err
			}
			hash, err := auth.HashPassword(password)
			if err != nil {
				return err
			}
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				if err := store.SetPassword(cmd.Context(), args[0], hash); err != nil {
					return err
				}
				if !fromInput {
					fmt.Fprintln(a.stdout, password)
				}
				return audit(cmd.Context(), store, "user.passwd", "user:"+args[0], nil)
			})
		},
	}
	cmd.Flags().BoolVar(&fromInput, "password-stdin", false, "read the password from standard input instead of making one")
	return cmd
}

// choosePassword makes a password, or reads the first line of standard input. A
// password on the command line would stay in the shell's history.
func (a *app) choosePassword(fromInput bool) (string, error) {
	if !fromInput {
		return auth.NewPassword()
	}
	line, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func audit(ctx context.Context, store *accounts.Store, action, object string, detail map[string]any) error {
	return store.Record(ctx, spatial.AuditEntry{Actor: "cli", Action: action, Object: object, Detail: detail})
}

// firstAdmin adds the administrator "admin" to a database without people and
// returns the password, which is stored nowhere. created is false when somebody
// is there already.
func firstAdmin(ctx context.Context, db *postgis.DB) (password string, created bool, err error) {
	password, err = auth.NewPassword()
	if err != nil {
		return "", false, err
	}
	hash, err := auth.HashPassword(password)
	if err != nil {
		return "", false, err
	}
	created, err = accounts.NewStore(db.Pool, nil).AddFirstUser(ctx, "admin", hash)
	if err != nil || !created {
		return "", false, err
	}
	return password, true, nil
}
