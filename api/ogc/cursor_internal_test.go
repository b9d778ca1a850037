package ogc

import (
	"net/url"
	"strings"
	"testing"

	"gisd/spatial"
)

// A token serves the caller who got it, with the rights that he had then.
func TestCursorOfAnotherCaller(t *testing.T) {
	t.Parallel()
	c := &spatial.Collection{ID: "roads", Version: 3, IDKind: spatial.IDInteger, IDEpoch: 3}
	s, err := newCursors([]byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	viewer := []spatial.Role{spatial.RoleViewer}
	callers := []spatial.Access{
		{}, {Subject: "user:an", Roles: viewer}, {Subject: "user:an"}, {Subject: "user:binh", Roles: viewer},
		{Subject: "user:an", Roles: viewer, Department: "qh"}, {Subject: "user:an", Roles: viewer, Device: "bus"},
		{Subject: "user:an", Roles: []spatial.Role{"viewer", "admin"}},
	}
	for i, a := range callers {
		token := s.write(c, contextOf(c, a, nil), bookmark{at: spatial.Position{ID: "7"}})
		for j, b := range callers {
			_, fault, _ := s.read(c, contextOf(c, b, url.Values{}), token)
			if i == j && fault != "" || i != j && !strings.Contains(fault, "another caller") {
				t.Errorf("%+v has the token of %+v: %q", b, a, fault)
			}
		}
	}
	other, err := newCursors([]byte("another server"))
	if err != nil {
		t.Fatal(err)
	}
	token := s.write(c, contextOf(c, spatial.Access{}, nil), bookmark{})
	if _, fault, _ := other.read(c, contextOf(c, spatial.Access{}, nil), token); fault == "" {
		t.Error("a token of another server is taken")
	}
}
