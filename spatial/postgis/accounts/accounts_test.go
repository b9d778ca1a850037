package accounts_test

import (
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/accounts"
)

func accountStore(t *testing.T) *accounts.Store {
	t.Helper()
	return accounts.NewStore(testdb.DB(t), slog.New(slog.DiscardHandler))
}

func TestAccountsUsers(t *testing.T) {
	t.Parallel()
	a, ctx := accountStore(t), t.Context()
	created, err := a.AddFirstUser(ctx, "admin", "hash")
	if err != nil || !created {
		t.Fatalf("first user: %v, %v", created, err)
	}
	if created, err = a.AddFirstUser(ctx, "other", "hash"); err != nil || created {
		t.Fatalf("a second first user: %v, %v", created, err)
	}
	if _, err := a.AddUser(ctx, spatial.User{Name: "an", FullName: "Nguyễn An", PasswordHash: "h", Roles: []spatial.Role{"editor", "planner"}, Department: "qh"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		want spatial.Code
	}{{"an", spatial.CodeConflict}, {"Ấn", spatial.CodeInvalid}, {"", spatial.CodeInvalid}} {
		if _, err := a.AddUser(ctx, spatial.User{Name: test.name, PasswordHash: "h"}); spatial.CodeOf(err) != test.want {
			t.Errorf("%q: %v", test.name, err)
		}
	}
	if err := a.SetRoles(ctx, "an", []spatial.Role{"viewer"}, "gt"); err != nil {
		t.Fatal(err)
	}
	got, err := a.User(ctx, "an")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]spatial.Role{"viewer"}, got.Roles); diff != "" || got.Department != "gt" || got.FullName != "Nguyễn An" {
		t.Errorf("%+v %s", got, diff)
	}
	if err := a.SetRoles(ctx, "nobody", nil, ""); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Error(err)
	}
	if users, err := a.Users(ctx); err != nil || len(users) != 2 {
		t.Errorf("%v, %v", users, err)
	}
}

func TestAccountsSessions(t *testing.T) {
	t.Parallel()
	a, ctx := accountStore(t), t.Context()
	id, err := a.AddUser(ctx, spatial.User{Name: "an", PasswordHash: "h", Roles: []spatial.Role{"viewer"}})
	if err != nil {
		t.Fatal(err)
	}
	open := func(secret string, until time.Duration) [32]byte {
		sum := sha256.Sum256([]byte(secret))
		s := spatial.Session{TokenSHA256: sum, UserID: id, CSRFToken: "c", ExpiresAt: time.Now().Add(until), RemoteAddress: "::1"}
		if err := a.CreateSession(ctx, s); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	living, ended := open("a", time.Hour), open("b", -time.Hour)
	s, u, err := a.Session(ctx, living)
	if err != nil || s.CSRFToken != "c" || u.Name != "an" || s.UserID != id {
		t.Fatalf("%+v %+v %v", s, u, err)
	}
	if _, _, err := a.Session(ctx, ended); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("an ended session: %v", err)
	}
	if err := a.TouchSession(ctx, living); err != nil {
		t.Error(err)
	}
	if err := a.SetPassword(ctx, "an", "h2"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Session(ctx, living); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a new password leaves the session alive: %v", err)
	}
	another := open("c", time.Hour)
	if err := a.DeleteSession(ctx, another); err != nil {
		t.Error(err)
	}
	if err := a.DeleteSession(ctx, another); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Error(err)
	}
}

func TestAccountsLockOut(t *testing.T) {
	t.Parallel()
	a, ctx := accountStore(t), t.Context()
	if _, err := a.AddUser(ctx, spatial.User{Name: "an", PasswordHash: "h"}); err != nil {
		t.Fatal(err)
	}
	// Attempts side by side get no further than attempts one after another.
	var admitted atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := a.AttemptLogin(ctx, "an", 5, time.Minute, time.Hour); err == nil {
				admitted.Add(1)
			} else if spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := admitted.Load(); got != 5 {
		t.Errorf("%d attempts were admitted, want 5", got)
	}
	u, err := a.User(ctx, "an")
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(u.LockedUntil); left < 50*time.Second || left > 70*time.Second {
		t.Errorf("locked for %v, want a minute", left)
	}
	if err := a.LoginSucceeded(ctx, u.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AttemptLogin(ctx, "an", 5, time.Minute, time.Hour); err != nil {
		t.Errorf("after a success: %v", err)
	}
}

func TestAccountsKeys(t *testing.T) {
	t.Parallel()
	a, ctx := accountStore(t), t.Context()
	add := func(secret string, change func(*spatial.APIKey)) [32]byte {
		k := spatial.APIKey{Prefix: "gisd_" + secret, SHA256: sha256.Sum256([]byte(secret)), Name: secret, Roles: []spatial.Role{"viewer"}}
		if change != nil {
			change(&k)
		}
		if _, err := a.AddKey(ctx, k); err != nil {
			t.Fatal(err)
		}
		return k.SHA256
	}
	good := add("good", func(k *spatial.APIKey) { k.DeviceID, k.Department = "bus-1", "gt" })
	old := add("old", func(k *spatial.APIKey) { k.ExpiresAt = time.Now().Add(-time.Minute) })
	k, err := a.Key(ctx, good)
	if err != nil || k.Name != "good" || k.DeviceID != "bus-1" || k.Department != "gt" {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, err := a.Key(ctx, old); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("an expired key: %v", err)
	}
	if err := a.TouchKey(ctx, k.ID); err != nil {
		t.Error(err)
	}
	if k, err = a.Key(ctx, good); err != nil || k.LastUsedAt.IsZero() {
		t.Errorf("%+v, %v", k, err)
	}
	if err := a.RevokeKey(ctx, "gisd_good"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Key(ctx, good); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a revoked key: %v", err)
	}
	if err := a.RevokeKey(ctx, "gisd_none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Error(err)
	}
	if keys, err := a.Keys(ctx); err != nil || len(keys) != 2 || keys[1].RevokedAt.IsZero() {
		t.Errorf("%+v, %v", keys, err)
	}
}

func TestAccountsAudit(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	a := accounts.NewStore(pool, slog.New(slog.DiscardHandler))
	want := spatial.AuditEntry{Actor: "cli", Action: "user.add", Object: "user:an", Detail: map[string]any{"roles": []any{"viewer"}}, RequestID: "r", RemoteAddress: "::1"}
	if err := a.Record(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	var got spatial.AuditEntry
	err := pool.QueryRow(t.Context(), "select actor, action, object, detail, request_id, remote_address from gisd.audit").
		Scan(&got.Actor, &got.Action, &got.Object, &got.Detail, &got.RequestID, &got.RemoteAddress)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
