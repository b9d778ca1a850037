package web_test

import (
	"io/fs"
	"strings"
	"testing"

	"gisd/web"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(web.Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, bad := range []string{"https://", "http://", "<style", "onload=", "style=\""} {
		if strings.Contains(text, bad) {
			t.Errorf("index.html contains %q: it must obey the content security policy and need no network", bad)
		}
	}
	if !web.Built() && !strings.Contains(text, "make web") {
		t.Error("the fallback page does not say how to build the map")
	}
}
