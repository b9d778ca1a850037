package imports

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Jobs are the imports of the server.
type Jobs interface {
	// Submit queues an import of an upload, or of the address in r, upload ""
	// then. All faults are reported at once, those given first. After an error
	// the upload is gone.
	Submit(ctx context.Context, upload string, r spatial.ImportRequest, by spatial.Access, faults ...spatial.FieldError) (*spatial.Job, error)
	Job(ctx context.Context, id string) (*spatial.Job, error)
	Jobs(ctx context.Context, a spatial.Access, most int) ([]spatial.Job, error)
	Cancel(ctx context.Context, id string) (*spatial.Job, error)
	// Changed returns a channel that is closed when the job may have changed.
	Changed(id string) <-chan struct{}
}

// Files are what is sent for imports and what they reject.
type Files interface {
	Begin() (upload string, err error)
	Put(upload, name string, r io.Reader) (int64, error)
	Drop(upload string) error
	Rejects(id string, geoJSON bool) (*os.File, error)
}

// Config of the handlers. Jobs, Files and AccessOf are required; zero values
// elsewhere are defaults.
type Config struct {
	Jobs     Jobs
	Files    Files
	AccessOf func(echo.Context) spatial.Access
	// Limited reports whether the caller sees only part of some collections: they hear
	// of their own imports alone. Nil is nobody.
	Limited func(spatial.Access) bool
	Origin  negotiate.Origin
	Log     *slog.Logger

	MaxBytes     int64         // of one upload; 4 GiB
	Uploads      int           // of one person or key at once; 4
	Idle         time.Duration // how long an upload may say nothing; 1 min
	Streams      int64         // open at once; 500
	Comment      time.Duration // between comments that keep a stream open; 15 s
	WriteTimeout time.Duration // of one event; 30 s
	MaxStreamAge time.Duration // the caller's rights are read anew then; 30 min
}

func (c Config) withDefaults() Config {
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 30
	}
	if c.Uploads == 0 {
		c.Uploads = 4
	}
	if c.Idle == 0 {
		c.Idle = time.Minute
	}
	if c.Streams == 0 {
		c.Streams = 500
	}
	if c.Comment == 0 {
		c.Comment = 15 * time.Second
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 30 * time.Second
	}
	if c.MaxStreamAge == 0 {
		c.MaxStreamAge = 30 * time.Minute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Handlers serve /imports. They are safe for goroutines.
type Handlers struct {
	cfg     Config
	streams atomic.Int64
	uploads uploads
	closing chan struct{}
	once    sync.Once
}

// New returns the handlers; Close ends their streams.
func New(cfg Config) *Handlers {
	cfg = cfg.withDefaults()
	return &Handlers{cfg: cfg, closing: make(chan struct{}), uploads: uploads{most: cfg.Uploads, open: map[string]int{}}}
}

const root = "/imports"

// Register adds the routes.
func (h *Handlers) Register(e *echo.Echo) {
	e.POST(root, h.post)
	e.GET(root, h.list)
	e.GET(root+"/:id", h.get)
	e.DELETE(root+"/:id", h.cancel)
	e.GET(root+"/:id/rejects", h.rejects)
}

// IsUpload tells the requests whose body is bounded here and not by the server,
// in size and time.
func (h *Handlers) IsUpload(r *http.Request) bool {
	return r.URL.Path == root && r.Method == http.MethodPost
}

// IsDownload tells the requests whose answer takes as long as it takes: streams
// and reject files.
func (h *Handlers) IsDownload(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, root+"/") && r.Method == http.MethodGet
}

// Close ends every stream with a last event, and refuses new ones. It does not
// wait: the server's own shutdown does.
func (h *Handlers) Close() { h.once.Do(func() { close(h.closing) }) }

// signedIn returns who asks, who must have signed in.
func (h *Handlers) signedIn(c echo.Context) (spatial.Access, error) {
	a := h.cfg.AccessOf(c)
	if a.Anonymous() {
		return a, &spatial.Error{Code: spatial.CodeUnauthenticated, Op: "imports: access", Message: "Imports need an account or an API key."}
	}
	return a, nil
}

// mayImport returns who asks, who must be allowed to import at all. Into which
// collections is settled where the job is queued.
func (h *Handlers) mayImport(c echo.Context) (spatial.Access, error) {
	a, err := h.signedIn(c)
	if err == nil && (a.ReadOnly || a.Device != "" || !a.Has(spatial.RoleEditor)) {
		err = &spatial.Error{Code: spatial.CodeForbidden, Op: "imports: access", Message: "Importing needs the role editor or admin."}
	}
	return a, err
}

// asReader is the caller where they read of imports. What is told of those of others
// speaks of all their features.
func (h *Handlers) asReader(a spatial.Access) spatial.Access {
	if h.cfg.Limited != nil && h.cfg.Limited(a) {
		a.Department = ""
	}
	return a
}

// visible returns a job that the caller may know of.
func (h *Handlers) visible(c echo.Context, a spatial.Access) (*spatial.Job, error) {
	j, err := h.cfg.Jobs.Job(c.Request().Context(), c.Param("id"))
	if err != nil {
		return nil, err
	}
	if !j.VisibleTo(h.asReader(a)) {
		return nil, spatial.NotFound("imports: read", "There is no such import.")
	}
	return j, nil
}
