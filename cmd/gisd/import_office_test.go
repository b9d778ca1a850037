package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// office is a server with somebody who imports.
type office struct {
	server, dir string
	language    string // that people ask in
	env         []string
	pool        *pgxpool.Pool
	stop        func()
}

func newOffice(t *testing.T, settings ...string) *office {
	t.Helper()
	env, pool := importDB(t)
	o := &office{pool: pool, dir: filepath.Join(t.TempDir(), "var")}
	o.env = append(append(env, "PATH="+os.Getenv("PATH"), "GISD_DATA_DIR="+o.dir), settings...)
	o.server, o.stop = startServer(t, o.env)
	return o
}

func (o *office) key(t *testing.T, name, role, department string) string {
	t.Helper()
	return strings.TrimSpace(must(t, o.env, "keys", "create", name, "--role", role, "--department", department))
}

// upload is the body of a form.
type upload struct {
	bytes.Buffer
	kind string
}

// form makes a body of fields as name=value and files as name and content.
func form(t *testing.T, fields []string, files ...string) *upload {
	t.Helper()
	var u upload
	w := multipart.NewWriter(&u.Buffer)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for pair := range slices.Chunk(files, 2) {
		part, err := w.CreateFormFile("file", pair[0])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, pair[1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	u.kind = w.FormDataContentType()
	return &u
}

// importing is an answer of /imports.
type importing struct {
	status  int
	header  http.Header
	text    string
	ID      string
	State   string
	Detail  string
	Code    string
	Reports []struct {
		Loaded, Rejected int64
		Collection       string
	}
	Error  *struct{ Code, Detail string }
	Errors []struct{ Name, Reason string }
	Links  []struct{ Href, Rel string }
}

func (o *office) ask(t *testing.T, method, path, key, kind string, body io.Reader) (i importing) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, o.server+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	r.Header.Set("Content-Type", kind)
	if o.language != "" {
		r.Header.Set("Accept-Language", o.language)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &i); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	i.status, i.header, i.text = res.StatusCode, res.Header, string(text)
	return i
}

func (o *office) post(t *testing.T, key string, u *upload) importing {
	t.Helper()
	return o.ask(t, "POST", "/imports", key, u.kind, u)
}

// started wants the import to be taken.
func (o *office) started(t *testing.T, key string, u *upload) importing {
	t.Helper()
	i := o.post(t, key, u)
	if i.status != http.StatusAccepted || i.header.Get("Location") != o.server+"/imports/"+i.ID {
		t.Fatalf("%d %v: %s", i.status, i.header, i.text)
	}
	return i
}

// watch reads the events of an import to their end: their names, and the last.
func (o *office) watch(t *testing.T, key, id string) (names []string, last importing) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.server+"/imports/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/event-stream; charset=utf-8" {
		t.Fatalf("%d %s", res.StatusCode, got)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			names = append(names, name)
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			last = importing{text: data}
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("no events")
	}
	return names, last
}

// files lists what lies in the folder of uploads.
func (o *office) files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(o.dir, "imports", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(found, func(path string) bool { return filepath.Base(path) == "node" })
}

// unzipped are the parts of a Shapefile in an archive, name and content.
func unzipped(t *testing.T, archive []byte, folder string) (files []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range z.File {
		if filepath.Ext(e.Name) == ".txt" {
			continue
		}
		r, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, folder+e.Name, string(content))
	}
	return files
}
