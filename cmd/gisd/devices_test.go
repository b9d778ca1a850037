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

func TestDevicesApprove(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t)}
	old := strings.TrimSpace(must(t, env, "devices", "register", "bus-12", "--kind", "bus", "--key"))
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"an identity of a device", []string{"approve", "imei:1", "--id", "bus-12"}, exitDone, ""},
		{"a new device", []string{"approve", "mmsi:574001230", "--kind", "barge"}, exitDone, "574001230"},
		{"no identity", []string{"approve", "bus-12"}, exitUsage, "identity"},
		{"no such device", []string{"approve", "imei:2", "--id", "bus-13"}, exitUsage, "--kind"},
		{"one that is there", []string{"approve", "imei:2", "--id", "bus-12", "--kind", "truck"}, exitUsage, "registered"},
		{"another's", []string{"approve", "imei:1", "--id", "574001230"}, exitFailed, "bus-12"},
		{"bad kind", []string{"approve", "imei:3", "--id", "x", "--kind", "Bus"}, exitUsage, "kind"},
		{"reject an identity", []string{"reject", "imei:1"}, exitDone, ""},
		{"reject nobody", []string{"reject", "imei:1"}, exitFailed, "No such device"},
		{"rotate", []string{"rotate", "bus-12"}, exitDone, ""},
		{"rotate nobody", []string{"rotate", "nobody"}, exitFailed, ""},
		{"rotate backwards", []string{"rotate", "bus-12", "--keep", "-1h"}, exitUsage, ""},
		{"nothing is pending", []string{"pending", "--rejected"}, exitDone, ""},
	} {
		r := gisd(t, env, append([]string{"devices"}, test.args...)...)
		if r.code != test.code || !strings.Contains(strings.ToLower(r.err), strings.ToLower(test.says)) {
			t.Errorf("%s: exit code %d, %q; want %d, %q", test.name, r.code, r.err, test.code, test.says)
		}
	}
	keys := must(t, env, "keys", "list")
	if !strings.Contains(keys, old[:13]) || strings.Count(keys, "expired") != 1 || strings.Count(keys, "good") != 1 {
		t.Errorf("the old key is not expired:\n%s", keys)
	}
}
