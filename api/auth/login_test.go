package auth_test

import (
	"net/http"
	"testing"
	"time"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wrong, unknown := f.login("an", "wrong"), f.login("nobody", "wrong")
	if wrong.Code != 401 || unknown.Code != 401 {
		t.Fatalf("got %d and %d", wrong.Code, unknown.Code)
	}
	if wrong.Body.String() != unknown.Body.String() {
		t.Errorf("the answers tell which names exist:\n%s\n%s", wrong.Body, unknown.Body)
	}
	for _, test := range []struct {
		name, body, contentType string
		status                  int
	}{
		{"a form", "name=an&password=x", "application/x-www-form-urlencoded", 415},
		{"no JSON", "{", "application/json", 400},
		{"no password", `{"name":"an"}`, "application/json", 400},
		{"more than asked", `{"name":"an","password":"x","admin":true}`, "application/json", 400},
	} {
		if rec := f.do("POST", "/auth/login", test.body, "Content-Type", test.contentType); rec.Code != test.status {
			t.Errorf("%s: got %d", test.name, rec.Code)
		}
	}
}

func TestLoginLocksOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 5 {
		f.login("an", "wrong")
		f.clock.Advance(2 * time.Second)
	}
	if rec := f.login("an", password); rec.Code != 401 {
		t.Fatalf("the right password opens a locked account: %d", rec.Code)
	}
	f.clock.Advance(31 * time.Second)
	if rec := f.login("an", "wrong"); rec.Code != 401 {
		t.Fatal(rec.Code)
	}
	f.clock.Advance(31 * time.Second)
	if rec := f.login("an", password); rec.Code != 401 {
		t.Fatal("the second lock is no longer than the first")
	}
	f.clock.Advance(31 * time.Second)
	f.signIn(t)
	if u := f.store.users["an"]; u.FailedLogins != 0 {
		t.Errorf("%d failures remembered after a success", u.FailedLogins)
	}
}

func TestLoginLimitsAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var last int
	for range 12 {
		last = f.login("nobody", "wrong").Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 12th attempt at once got %d", last)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	t.Run("by signing out", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		cookie, csrf := f.signIn(t)
		if rec := f.do("POST", "/auth/logout", "", "Cookie", cookie, "X-CSRF-Token", csrf); rec.Code != http.StatusNoContent {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		if rec := f.do("GET", "/data", "", "Cookie", cookie); rec.Code != 401 {
			t.Errorf("got %d", rec.Code)
		}
	})
	for _, test := range []struct {
		name string
		step time.Duration
		n    int
	}{{"by a long pause", 13 * time.Hour, 1}, {"in the end", 11 * time.Hour, 16}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			cookie, _ := f.signIn(t)
			var code int
			for range test.n {
				f.clock.Advance(test.step)
				code = f.do("GET", "/data", "", "Cookie", cookie).Code
			}
			if code != 401 {
				t.Errorf("got %d", code)
			}
		})
	}
}
