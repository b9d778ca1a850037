package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"gisd/internal/testdb"
)

// TestWithoutRedis: a node whose Redis is down starts and answers; the doctor
// tells of it.
func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t), "PATH=" + os.Getenv("PATH"), "GISD_REDIS_URL=redis://:hunter2@127.0.0.1:1"}
	must(t, env, "import", squares(t), "--collection", "zones", "--publish")
	url, _ := startServer(t, env)
	hear(t, url)
	if status, body := get(t, url+"/tiles/zones/14/13045/7685.mvt"); status != http.StatusOK || !strings.Contains(body, "near") {
		t.Errorf("a tile: %d %q", status, body)
	}
	out := gisd(t, env, "doctor").out
	if !strings.Contains(out, "WRONG  Redis: ") || strings.Contains(out, "hunter2") {
		t.Errorf("the doctor says:\n%s", out)
	}
}
