package imports_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/api/imports"
	"gisd/spatial"
)

func TestPostForm(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{})
	kind, body := form(t, "collection", "roads", "@roads.shp", "1", "allLayers", "on", "maxErrors", "-1", "@roads.dbf", "2", "title", "", "@", "")
	res, text := s.do(t, "POST", "/imports", "an", kind, body)
	if res.StatusCode != http.StatusAccepted || res.Header.Get("Location") != s.URL+"/imports/"+id || !strings.Contains(text, `"state":"queued"`) {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, text)
	}
	unbounded := int64(-1)
	if diff := cmp.Diff(spatial.ImportRequest{Collection: "roads", AllLayers: true, MaxErrors: &unbounded}, s.request); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"roads.shp": "1", "roads.dbf": "2"}, s.files); diff != "" || s.upload != "upload" {
		t.Error(diff, s.upload)
	}
}

func TestPostDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{})
	res, text := s.do(t, "POST", "/imports", "an", "application/json; charset=utf-8", strings.NewReader(`{"url":"https://example.org/a.zip","collection":"roads","publish":true,"maxErrors":5,"layer":null}`))
	five := int64(5)
	if diff := cmp.Diff(spatial.ImportRequest{URL: "https://example.org/a.zip", Collection: "roads", Publish: true, MaxErrors: &five}, s.request); diff != "" || res.StatusCode != http.StatusAccepted || s.upload != "" {
		t.Errorf("%d %s %s", res.StatusCode, text, diff)
	}
}

func TestPostFaults(t *testing.T) {
	t.Parallel()
	kind, _ := form(t)
	for _, test := range []struct {
		name, kind, body string
		want             int
		faults           string // by name
	}{
		{"JSON of every kind of fault", "application/json", `{"colection":"a","publish":"yes","maxErrors":1.5,"title":7,"layer":"a","layer":"b"}`, 400, "colection publish maxErrors title layer"},
		{"no object", "application/json", `[]`, 400, ""},
		{"no JSON", "application/json", `{"a"`, 400, ""},
		{"more than an object", "application/json", `{} {}`, 400, ""},
		{"nothing", "application/json", ``, 400, ""},
		{"another type", "text/plain", `a`, 415, ""},
		{"no type", "", `a`, 415, ""},
		{"no form", kind, `a`, 400, ""},
		{"no boundary", "multipart/form-data", `a`, 400, ""},
		{"a large document", "application/json", `{"map":"` + strings.Repeat("x", 4<<20) + `"}`, 413, ""},
		{"a large field", "application/json", `{"title":"` + strings.Repeat("x", 1<<20) + `"}`, 400, "title"},
	} {
		s := newSite(t, imports.Config{})
		res, text := s.do(t, "POST", "/imports", "an", test.kind, strings.NewReader(test.body))
		var names []string
		for _, f := range s.faults {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); res.StatusCode != test.want || got != test.faults {
			t.Errorf("%s: %d %q: %s", test.name, res.StatusCode, got, text)
		}
	}
	s := newSite(t, imports.Config{})
	kind, body := form(t, "@a", "1", "publish", "perhaps", "maxErrors", "many", "files", "a", "title", strings.Repeat("x", 5000), "key", "a", "key", "b")
	res, text := s.do(t, "POST", "/imports", "an", kind, body)
	if res.StatusCode != 400 || len(s.faults) != 5 {
		t.Errorf("%d %v %s", res.StatusCode, s.faults, text)
	}
}

func TestPostBreaksOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{MaxBytes: 10})
	kind, body := form(t, "@a", "12345", "@b", "678901")
	if res, text := s.do(t, "POST", "/imports", "an", kind, body); res.StatusCode != http.StatusRequestEntityTooLarge || !slices.Equal(s.dropped, []string{"upload"}) {
		t.Errorf("too large: %d %v %s", res.StatusCode, s.dropped, text)
	}
	kind, body = form(t, "@a", "12345")
	whole, _ := io.ReadAll(body)
	if res, text := s.do(t, "POST", "/imports", "an", kind, bytes.NewReader(whole[:len(whole)-20])); res.StatusCode != 400 || len(s.dropped) != 2 {
		t.Errorf("broken off: %d %v %s", res.StatusCode, s.dropped, text)
	}
	if s.upload != "" {
		t.Error("a broken upload was submitted")
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		who                            string
		post, list, read, cancel, file int
	}{
		{"", 401, 401, 401, 401, 401},
		{"viewer", 403, 200, 404, 403, 404},
		{"address", 403, 200, 200, 403, 404},
		{"bus", 403, 200, 404, 403, 404},
		{"ba", 202, 200, 404, 404, 404},
		{"an", 202, 200, 200, 202, 404},
	} {
		s := newSite(t, imports.Config{})
		for _, ask := range []struct {
			method, path string
			want         int
		}{{"GET", "/imports", test.list}, {"GET", "/imports/" + id, test.read}, {"GET", "/imports/" + id + "/rejects", test.file}, {"DELETE", "/imports/" + id, test.cancel}, {"POST", "/imports", test.post}} {
			res, text := s.do(t, ask.method, ask.path, test.who, "application/json", strings.NewReader(`{"url":"http://example.org/a","collection":"a"}`))
			if res.StatusCode != ask.want {
				t.Errorf("%q: %s %s: %d, want %d: %s", test.who, ask.method, ask.path, res.StatusCode, ask.want, text)
			}
		}
		if s.canceled != (test.cancel == 202) {
			t.Errorf("%q: canceled %v", test.who, s.canceled)
		}
	}
}

func TestRejects(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{})
	s.set(func(j *spatial.Job) { j.State, j.HasRejects, j.Node = spatial.JobDone, true, "node-2" })
	if res, text := s.do(t, "GET", "/imports/"+id+"/rejects", "an", "", nil); res.StatusCode != 404 || !strings.Contains(text, "node-2") {
		t.Errorf("elsewhere: %d %s", res.StatusCode, text)
	}
	if err := os.WriteFile(filepath.Join(s.folder, "rejected.csv"), []byte("layer,record\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	res, text := s.do(t, "GET", "/imports/"+id+"/rejects", "an", "", nil)
	if res.StatusCode != 200 || text != "layer,record\n" || res.Header.Get("Content-Type") != "text/csv" || !strings.Contains(res.Header.Get("Content-Disposition"), "rejected.csv") ||
		!strings.HasPrefix(res.Header.Get("Cache-Control"), "private") {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, text)
	}
	if res, _ := s.do(t, "GET", "/imports/"+id+"/rejects?f=pdf", "an", "", nil); res.StatusCode != 400 {
		t.Errorf("pdf: %d", res.StatusCode)
	}
}

// events reads names and data of a stream.
func (s *site) events(t *testing.T, header ...string) (status int, next func() (name, data string)) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/imports/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Who", "an")
	r.Header.Set("Accept", "text/event-stream")
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	blocks := make(chan string, 100)
	go func() {
		defer close(blocks)
		var all []byte
		chunk := make([]byte, 4096)
		for {
			n, err := res.Body.Read(chunk)
			all = append(all, chunk[:n]...)
			for {
				block, rest, ok := bytes.Cut(all, []byte("\n\n"))
				if !ok {
					break
				}
				blocks <- string(block)
				all = rest
			}
			if err != nil {
				return
			}
		}
	}()
	return res.StatusCode, func() (name, data string) {
		for {
			select {
			case block, ok := <-blocks:
				if !ok {
					return "end", ""
				}
				for line := range strings.Lines(block) {
					line = strings.TrimSpace(line)
					if v, ok := strings.CutPrefix(line, "event: "); ok {
						name = v
					}
					if v, ok := strings.CutPrefix(line, "data: "); ok {
						data = v
					}
					if line == ":" {
						return "comment", ""
					}
				}
				if name != "" {
					return name, data
				}
			case <-time.After(30 * time.Second):
				return "silence", ""
			}
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{})
	status, next := s.events(t, "Accept-Language", "vi")
	if status != 200 {
		t.Fatal(status)
	}
	if name, data := next(); name != "progress" || !strings.Contains(data, `"state":"queued"`) {
		t.Errorf("%s %s", name, data)
	}
	for n := range 50 { // nobody waits for a slow reader: the last is what counts
		s.set(func(j *spatial.Job) {
			j.State, j.Progress = spatial.JobRunning, []byte(`{"read":`+string(rune('0'+n%10))+`}`)
		})
	}
	seen := 0
	for name, data := next(); !strings.Contains(data, `{"read":9}`); name, data = next() {
		if seen++; name != "progress" || seen > 10 {
			t.Fatalf("%s %s", name, data)
		}
	}
	s.set(func(j *spatial.Job) {
		j.State, j.Code, j.Error, j.Reports = spatial.JobFailed, spatial.CodeInvalid, "The import was canceled.", []byte(`[{"loaded":1}]`)
	})
	name, data := next()
	var doc struct {
		Error   struct{ Detail string }
		Reports []any
	}
	if err := json.Unmarshal([]byte(data), &doc); err != nil || name != "failed" || doc.Error.Detail != "Lần nhập đã bị huỷ." || len(doc.Reports) != 1 {
		t.Errorf("%v %s %s", err, name, data)
	}
	if name, _ := next(); name != "end" {
		t.Errorf("the stream goes on: %s", name)
	}
	if status, _ := s.events(t, "Last-Event-ID", "failed"); status != http.StatusNoContent {
		t.Errorf("reconnected: %d", status)
	}
	if status, next := s.events(t, "Last-Event-ID", "progress"); status != 200 {
		t.Errorf("reconnected: %d", status)
	} else if name, _ := next(); name != "failed" {
		t.Errorf("reconnected: %s", name)
	}
}

func TestStreamEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{Comment: 20 * time.Millisecond, Streams: 1})
	_, next := s.events(t)
	if name, _ := next(); name != "progress" {
		t.Errorf("first %s", name)
	}
	if name, _ := next(); name != "comment" {
		t.Errorf("then %s", name)
	}
	if status, _ := s.events(t); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", status)
	}
	s.handlers.Close()
	name, data := "comment", ""
	for name == "comment" {
		name, data = next()
	}
	if name != "bye" || !strings.Contains(data, "shutdown") {
		t.Errorf("%s %s", name, data)
	}
	if name, _ := next(); name != "end" {
		t.Errorf("goes on: %s", name)
	}
	if status, _ := s.events(t); status != http.StatusServiceUnavailable {
		t.Errorf("after the end: %d", status)
	}
	old := newSite(t, imports.Config{MaxStreamAge: 10 * time.Millisecond})
	_, next = old.events(t)
	next()
	if name, data := next(); name != "bye" || !strings.Contains(data, "age") {
		t.Errorf("%s %s", name, data)
	}
}

// TestPostStalls: whoever stops sending is not waited for.
func TestPostStalls(t *testing.T) {
	t.Parallel()
	s := newSite(t, imports.Config{Idle: 50 * time.Millisecond})
	kind, body := form(t, "@a", "12345")
	whole, _ := io.ReadAll(body)
	r, w := io.Pipe()
	go func() { _, _ = w.Write(whole[:len(whole)-20]) }() // and nothing more
	t.Cleanup(func() { _ = w.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/imports", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Who", "an")
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode < 400 || !slices.Equal(s.dropped, []string{"upload"}) {
		t.Errorf("%d %v", res.StatusCode, s.dropped)
	}
}
