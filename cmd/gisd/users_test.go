package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"gisd/api/auth"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
)

func TestUsersAndKeys(t *testing.T) {
	t.Parallel()
	url := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + url}
	password := strings.TrimSpace(must(t, env, "users", "add", "an", "--full-name", "Nguyễn Văn An", "--role", "editor,planner", "--department", "qh"))
	if len(password) < auth.MinPasswordLength {
		t.Errorf("the password %q is short", password)
	}
	for name, args := range map[string][]string{
		"taken":       {"users", "add", "an"},
		"bad name":    {"users", "add", "Ấn"},
		"nobody":      {"users", "passwd", "nobody"},
		"no such key": {"keys", "revoke", "gisd_none"},
	} {
		if r := gisd(t, env, args...); r.code != exitFailed || r.out != "" {
			t.Errorf("%s: exit code %d, %q", name, r.code, r.out)
		}
	}
	for name, args := range map[string][]string{
		"bad role":         {"users", "add", "b", "--role", "Bad Role"},
		"device and roles": {"keys", "create", "x", "--device", "bus-1", "--role", "viewer"},
		"no name":          {"keys", "create"},
	} {
		if r := gisd(t, env, args...); r.code != exitUsage {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
	}
	must(t, env, "users", "set-role", "an", "viewer")
	if out := must(t, env, "users", "list"); !strings.Contains(out, "Nguyễn Văn An  viewer  qh          active") {
		t.Errorf("list:\n%s", out)
	}
	again := strings.TrimSpace(must(t, env, "users", "passwd", "an"))
	key := strings.TrimSpace(must(t, env, "keys", "create", "QGIS of an office", "--expires", "24h"))
	device := strings.TrimSpace(must(t, env, "keys", "create", "bus", "--device", "bus-1"))

	db, err := postgis.Open(t.Context(), postgis.Config{URL: url}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := accounts.NewStore(db.Pool, slog.New(slog.DiscardHandler))
	people := auth.New(auth.Config{Users: store, Sessions: store, Keys: store, Audit: store})
	for _, test := range []struct {
		password string
		want     spatial.Code
	}{{password, spatial.CodeUnauthenticated}, {again, ""}} {
		_, _, err := people.Login(t.Context(), auth.Attempt{Name: "an", Password: test.password, RemoteAddress: "::1"})
		if spatial.CodeOf(err) != test.want {
			t.Errorf("login: %v", err)
		}
	}
	list := must(t, env, "keys", "list")
	if strings.Contains(list, key) || strings.Contains(list, device) || !strings.Contains(list, key[:13]) || !strings.Contains(list, "bus-1") {
		t.Errorf("list:\n%s", list)
	}
	must(t, env, "keys", "revoke", key[:13]+"…") // as the list shows it
	if list := must(t, env, "keys", "list"); !strings.Contains(list, "revoked") {
		t.Errorf("list:\n%s", list)
	}
	var entries int
	if err := db.Pool.QueryRow(context.WithoutCancel(t.Context()), "select count(*) from gisd.audit").Scan(&entries); err != nil || entries != 8 {
		t.Errorf("%d entries in the audit trail, %v", entries, err)
	}
}

func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	db, err := postgis.Open(t.Context(), postgis.Config{URL: testdb.URL(t)}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	password, created, err := firstAdmin(t.Context(), db)
	if err != nil || !created || len(password) < 20 {
		t.Fatalf("%q %v %v", password, created, err)
	}
	if again, created, err := firstAdmin(t.Context(), db); err != nil || created || again != "" {
		t.Errorf("a second time: %q %v %v", again, created, err)
	}
}
