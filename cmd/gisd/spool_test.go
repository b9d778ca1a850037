package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"gisd/internal/testdata"
)

// TestAcceptedSurvivesEverything kills the postmaster while a device reports, and then
// the server with it. After the next start every position that was accepted is in the
// database, and the last one is on the map.
func TestAcceptedSurvivesEverything(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := clusterDir(t)
	must(t, nil, "migrate", "up", "--data-dir", dir)
	key := strings.TrimSpace(must(t, nil, "devices", "register", "bus-1", "--kind", "bus", "--visibility", "public", "--key", "--data-dir", dir))
	up := startUp(t, dir, "--rate-limit", "0")
	up.await(t, "msg=ready")
	began := time.Now().UTC().Truncate(time.Second).Add(-2 * time.Hour)
	timeOf := func(i int) string { return began.Add(time.Duration(i) * time.Second).Format(time.RFC3339) }
	var accepted []string
	sent := 0
	for {
		status := report(t, up.address, key, fmt.Sprintf(`{"device":"bus-1","lon":106.5,"lat":11,"time":%q}`, timeOf(sent)))
		if status == 0 {
			break // it is dead
		}
		if status != http.StatusAccepted {
			continue // without its database the server may not know the key
		}
		accepted = append(accepted, timeOf(sent))
		sent++
		switch len(accepted) {
		case 100:
			_ = syscall.Kill(postmasterPID(dir), syscall.SIGKILL)
		case 200:
			_ = syscall.Kill(postmasterPID(dir), syscall.SIGKILL)
			_ = up.Process.Kill()
		}
	}
	up.end(t, syscall.SIGKILL)
	if len(accepted) < 200 {
		t.Fatalf("only %d of %d are accepted", len(accepted), sent)
	}
	up = startUp(t, dir)
	up.await(t, "msg=ready")
	const stored = `select string_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ' ') from gisd.device_position`
	await(t, "what was accepted", func() bool {
		got := gisd(t, nil, "psql", "--data-dir", dir, "--", "-Atc", stored).out
		for _, at := range accepted {
			if !strings.Contains(got, at) {
				return false
			}
		}
		return true
	})
	await(t, "the marker", func() bool {
		response, err := http.Get("http://" + up.address + "/live/positions")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		return err == nil && (strings.Contains(string(text), accepted[len(accepted)-1]) || strings.Contains(string(text), timeOf(sent)))
	})
}

// report posts positions and returns the status, 0 without an answer.
func report(t *testing.T, address, key, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/live/positions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}
