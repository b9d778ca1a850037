package imports_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/imports"
	"gisd/api/problem"
	"gisd/spatial"
)

const id = "0123456789abcdef01234567"

// runner is what the handlers stand on, without any work.
type runner struct {
	mu       sync.Mutex
	job      spatial.Job
	changed  chan struct{}
	request  spatial.ImportRequest
	faults   []spatial.FieldError
	upload   string
	files    map[string]string
	dropped  []string
	folder   string
	canceled bool
}

func (r *runner) Submit(_ context.Context, upload string, req spatial.ImportRequest, by spatial.Access, faults ...spatial.FieldError) (*spatial.Job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.upload, r.request, r.faults = upload, req, faults
	if len(faults) > 0 {
		return nil, spatial.Invalid("op", "Wrong.", faults...)
	}
	r.job.CreatedBy = by.Subject
	j := r.job
	return &j, nil
}

func (r *runner) Job(_ context.Context, asked string) (*spatial.Job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if asked != id {
		return nil, spatial.NotFound("op", "There is no such import.")
	}
	j := r.job
	return &j, nil
}

func (r *runner) Jobs(context.Context, spatial.Access, int) ([]spatial.Job, error) {
	return []spatial.Job{r.job}, nil
}

func (r *runner) Cancel(ctx context.Context, asked string) (*spatial.Job, error) {
	r.canceled = true
	return r.Job(ctx, asked)
}

func (r *runner) Changed(string) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// set changes the job, as the import does.
func (r *runner) set(change func(*spatial.Job)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.job)
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *runner) Begin() (string, error) { return "upload", nil }

func (r *runner) Put(_, name string, body io.Reader) (int64, error) {
	content, err := io.ReadAll(body)
	r.files[name] = string(content)
	return int64(len(content)), err
}

func (r *runner) Drop(upload string) error {
	r.dropped = append(r.dropped, upload)
	return nil
}

func (r *runner) Rejects(string, bool) (*os.File, error) {
	return os.Open(filepath.Join(r.folder, "rejected.csv"))
}

// site serves the handlers to callers who say who they are in a header.
type site struct {
	*httptest.Server
	*runner
	handlers *imports.Handlers
}

func newSite(t *testing.T, cfg imports.Config) *site {
	t.Helper()
	r := &runner{changed: make(chan struct{}), files: map[string]string{}, folder: t.TempDir(),
		job: spatial.Job{ID: id, Kind: spatial.JobImport, State: spatial.JobQueued, Collection: "roads", Source: "roads.gpkg", CreatedBy: "user:an", Department: "qh", CreatedAt: time.Unix(1e9, 0).UTC()}}
	cfg.Jobs, cfg.Files = r, r
	cfg.AccessOf = func(c echo.Context) spatial.Access {
		who := c.Request().Header.Get("X-Who")
		return map[string]spatial.Access{
			"an":      {Subject: "user:an", Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"},
			"ba":      {Subject: "user:ba", Roles: []spatial.Role{spatial.RoleEditor}, Department: "gt"},
			"viewer":  {Subject: "user:v", Roles: []spatial.Role{spatial.RoleViewer}},
			"address": {Subject: "key:1", Roles: []spatial.Role{spatial.RoleAdmin}, ReadOnly: true},
			"bus":     {Subject: "key:2", Device: "bus"},
		}[who]
	}
	h := imports.New(cfg)
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(slog.New(slog.DiscardHandler))
	h.Register(e)
	s := &site{httptest.NewServer(e), r, h}
	t.Cleanup(s.Close)
	return s
}

func (s *site) Close() {
	s.CloseClientConnections()
	s.Server.Close()
}

func (s *site) do(t *testing.T, method, path, who, kind string, body io.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Who", who)
	r.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

// form makes a body of names and values; @name is a file.
func form(t *testing.T, pairs ...string) (kind string, body io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for pair := range slices.Chunk(pairs, 2) {
		if name, isFile := strings.CutPrefix(pair[0], "@"); isFile {
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, pair[1])
		} else if err := w.WriteField(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}
