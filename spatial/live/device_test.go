package live_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

func TestDeviceValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		device live.Device
		want   []string
	}{
		{"good", live.Device{ID: "bus-12", Kind: live.KindBus, Visibility: spatial.VisibilityPublic}, nil},
		{"all at once", live.Device{ID: "-", Kind: "Bus", Name: strings.Repeat("x", 201), Visibility: "all"}, []string{"id", "kind", "name", "visibility"}},
		{"restricted to nobody", live.Device{ID: "a", Kind: "bus", Visibility: spatial.VisibilityRestricted}, []string{"roles"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			if err, ok := live.ValidateDevices([]live.Device{test.device}).(*spatial.Error); ok {
				got = names(err.Fields)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeviceAccess(t *testing.T) {
	t.Parallel()
	public := live.Device{ID: "public", Visibility: spatial.VisibilityPublic}
	internal := live.Device{ID: "internal", Visibility: spatial.VisibilityInternal, Department: "transport"}
	restricted := live.Device{ID: "restricted", Visibility: spatial.VisibilityRestricted, Roles: []spatial.Role{"115"}}
	revoked := live.Device{ID: "revoked", Visibility: spatial.VisibilityPublic, Revoked: true}
	caller := func(department string, roles ...spatial.Role) spatial.Access {
		return spatial.Access{Subject: "key:1", Roles: roles, Department: department}
	}
	for _, test := range []struct {
		name   string
		access spatial.Access
		sees   string // of public, internal, restricted, revoked
		report string
		code   spatial.Code
	}{
		{"anonymous", spatial.Access{}, "public", "", spatial.CodeUnauthenticated},
		{"viewer", caller("", spatial.RoleViewer), "public internal", "", spatial.CodeForbidden},
		{"custom role", caller("", "115"), "public internal restricted", "", spatial.CodeForbidden},
		{"operator", caller("", spatial.RoleOperator), "public internal", "public internal restricted", ""},
		{"editor", caller("health", spatial.RoleEditor), "public internal", "public restricted", ""},
		{"editor of the department", caller("transport", spatial.RoleEditor), "public internal", "public internal restricted", ""},
		{"admin", caller("", spatial.RoleAdmin), "public internal restricted", "public internal restricted", ""},
		{"read-only admin", spatial.Access{Subject: "key:1", Roles: []spatial.Role{spatial.RoleAdmin}, ReadOnly: true},
			"public internal restricted", "", spatial.CodeForbidden},
		{"device key", spatial.Access{Subject: "key:1", Device: "restricted"}, "public restricted", "restricted", ""},
		{"device key of a revoked device", spatial.Access{Subject: "key:1", Device: "revoked"}, "public", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := spatial.CodeOf(live.MayReport(test.access)); got != test.code {
				t.Errorf("MayReport: got %q, want %q", got, test.code)
			}
			var sees, report []string
			for _, d := range []live.Device{public, internal, restricted, revoked} {
				if d.VisibleTo(test.access) {
					sees = append(sees, d.ID)
				}
				if test.code == "" && d.ReportableBy(test.access) {
					report = append(report, d.ID)
				}
			}
			if got := strings.Join(sees, " "); got != test.sees {
				t.Errorf("sees %q, want %q", got, test.sees)
			}
			if got := strings.Join(report, " "); got != test.report {
				t.Errorf("reports %q, want %q", got, test.report)
			}
		})
	}
}
