package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gisd/api/auth"
	"gisd/spatial"
)

func (w *walker) key(t *testing.T, k spatial.APIKey) string {
	t.Helper()
	key, record, err := auth.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	record.Name, record.Roles, record.Department, record.DeviceID = k.Name, k.Roles, k.Department, k.DeviceID
	if _, err := w.accounts.AddKey(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	return key
}

// caller adds its credentials to a request.
type caller func(req *http.Request)

// callers makes one of each: keys in the header, keys in the address, sessions.
func (w *walker) callers(t *testing.T) map[string]caller {
	t.Helper()
	callers := map[string]caller{"anonymous": func(*http.Request) {}}
	hash, err := auth.HashPassword(walkPassword)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]spatial.APIKey{
		"viewer":           {Roles: []spatial.Role{spatial.RoleViewer}},
		"planner":          {Roles: []spatial.Role{"planner"}},
		"editor":           {Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"},
		"editor elsewhere": {Roles: []spatial.Role{spatial.RoleEditor}, Department: "gt"},
		"operator":         {Roles: []spatial.Role{spatial.RoleOperator}},
		"admin":            {Roles: []spatial.Role{spatial.RoleAdmin}},
		"device":           {DeviceID: "walk_public"},
		"limited":          {Roles: []spatial.Role{spatial.RoleViewer, "commune"}},
		"limited editor":   {Roles: []spatial.Role{spatial.RoleEditor, "commune"}, Department: "qh"},
	} {
		k.Name = name
		key := w.key(t, k)
		callers[name] = func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+key) }
		callers[name+" by address"] = func(req *http.Request) {
			query := req.URL.Query()
			query.Set("key", key)
			req.URL.RawQuery = query.Encode()
		}
		if k.DeviceID != "" || strings.Contains(name, " ") {
			continue
		}
		if _, err := w.accounts.AddUser(t.Context(), spatial.User{Name: name, PasswordHash: hash, Roles: k.Roles, Department: k.Department}); err != nil {
			t.Fatal(err)
		}
		cookie := w.signIn(t, name)
		callers[name+" by session"] = func(req *http.Request) { req.AddCookie(cookie) }
	}
	return callers
}

func (w *walker) signIn(t *testing.T, name string) *http.Cookie {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": walkPassword})
	if err != nil {
		t.Fatal(err)
	}
	req := w.request(t, "POST", "/auth/login", string(body))
	req.Header.Set("Content-Type", "application/json")
	res := w.do(t, req)
	if res.status != http.StatusOK {
		t.Fatalf("sign in as %s: %d %s", name, res.status, res.body)
	}
	cookies := (&http.Response{Header: res.header}).Cookies()
	return cookies[0]
}
