package main

import (
	"encoding/json"
	"strings"
	"testing"

	"gisd/internal/testdb"
)

func TestDevicesCommands(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t)}
	key := must(t, env, "devices", "register", "amb-3", "--kind", "ambulance", "--name", "Xe 115 số 3",
		"--visibility", "restricted:115,police", "--department", "health", "--key")
	if len(strings.TrimSpace(key)) < 40 {
		t.Errorf("the key is %q", key)
	}
	must(t, env, "devices", "register", "bus-12", "--kind", "bus")
	list := must(t, env, "devices", "list")
	for _, want := range []string{"amb-3", "restricted:115,police", "health", "bus-12", "internal", "never"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	must(t, env, "devices", "revoke", "amb-3")
	var shown struct {
		ID, Name string
		Revoked  bool
	}
	if err := json.Unmarshal([]byte(must(t, env, "devices", "show", "amb-3")), &shown); err != nil {
		t.Fatal(err)
	}
	if !shown.Revoked || shown.Name != "Xe 115 số 3" {
		t.Errorf("after revoking: %+v", shown)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no kind", []string{"register", "x"}, exitUsage, "kind"},
		{"bad id", []string{"register", "-x-", "--kind", "bus"}, exitUsage, ""},
		{"bad kind and visibility", []string{"register", "x", "--kind", "Bus", "--visibility", "all"}, exitUsage, "visibility"},
		{"restricted to nobody", []string{"register", "x", "--kind", "bus", "--visibility", "restricted"}, exitUsage, "roles"},
		{"show nothing", []string{"show", "nobody"}, exitFailed, "no such device"},
		{"revoke nothing", []string{"revoke", "nobody"}, exitFailed, "no such device"},
	} {
		r := gisd(t, env, append([]string{"devices"}, test.args...)...)
		if r.code != test.code || !strings.Contains(r.err, test.says) {
			t.Errorf("%s: exit code %d, %q; want %d, %q", test.name, r.code, r.err, test.code, test.says)
		}
	}
}
