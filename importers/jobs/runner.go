package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gisd/importers"
	"gisd/spatial"
)

// Queue is where jobs wait and how they come on. Errors as spatial/postgis/jobs has
// them.
type Queue interface {
	AddJob(ctx context.Context, j *spatial.Job, most int) error
	NextJob(ctx context.Context, node string) (*spatial.Job, error)
	BeatJobs(ctx context.Context, progress map[string][]byte) (canceled []string, err error)
	EndJob(ctx context.Context, j *spatial.Job) error
	InterruptJobs(ctx context.Context, node string, silence time.Duration) error
}

// Records is what is known of jobs.
type Records interface {
	Job(ctx context.Context, id string) (*spatial.Job, error)
	Jobs(ctx context.Context, a spatial.Access, most int) ([]spatial.Job, error)
	CancelJob(ctx context.Context, id string) (*spatial.Job, error)
	KeptJobs(ctx context.Context, node string) ([]string, error)
	ForgetJobs(ctx context.Context, days int) error
}

// Task is a job as it is done.
type Task struct {
	Job      *spatial.Job
	Request  spatial.ImportRequest
	By       spatial.Access // with the rights of when it was asked for
	Path     string         // what was uploaded: a file, or a folder of several; "" for an address
	Joined   string         // folder of the tables that the mapping joins
	Rejects  string         // where the reject file goes
	Progress func(importers.Progress)
}

// StageFetch is the stage before the others where an address is asked.
const StageFetch importers.Stage = "fetch"

// Config of a Runner. Queue, Records, Inbox, Prepare and Work are required; zero
// values elsewhere are defaults.
type Config struct {
	Queue   Queue
	Records Records
	Inbox   *Inbox
	// Prepare checks a request before it is queued: it lists its faults, or
	// refuses those who may not, and settles the department whose job it is.
	Prepare func(ctx context.Context, r spatial.ImportRequest, by spatial.Access) (department string, faults []spatial.FieldError, err error)
	// Work imports. When it is stopped nothing of the import may stay.
	Work func(context.Context, Task) ([]*importers.Report, error)
	Log  *slog.Logger

	AtOnce     int           // jobs that run; 1
	PerSubject int           // unfinished jobs of one person or key; 20
	Beat       time.Duration // between signs of life; 2 s
	Silence    time.Duration // after which a node counts as dead; 1 min
	KeepDays   int           // how long jobs that ended are known; 90
}

func (c Config) withDefaults() Config {
	if c.AtOnce == 0 {
		c.AtOnce = 1
	}
	if c.PerSubject == 0 {
		c.PerSubject = 20
	}
	if c.Beat == 0 {
		c.Beat = 2 * time.Second
	}
	if c.Silence == 0 {
		c.Silence = time.Minute
	}
	if c.KeepDays == 0 {
		c.KeepDays = 90
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Runner does jobs. Safe for concurrent use.
type Runner struct {
	*Inbox
	cfg  Config
	wake chan struct{} // a job was added

	mu      sync.Mutex
	active  map[string]*active
	watched map[string]chan struct{} // closed at the next change
}

// active is a job that runs here.
type active struct {
	job    spatial.Job // under the runner's mutex
	cancel context.CancelCauseFunc
}

// New returns a runner; Run makes it work.
func New(cfg Config) *Runner {
	return &Runner{Inbox: cfg.Inbox, cfg: cfg.withDefaults(), wake: make(chan struct{}, 1),
		active: map[string]*active{}, watched: map[string]chan struct{}{}}
}

// Run marks what a start found running as interrupted, removes what no job
// needs, and does jobs until ctx ends. The jobs that run then are interrupted.
func (r *Runner) Run(ctx context.Context) error {
	defer func() {
		if err := r.Inbox.Close(); err != nil {
			r.cfg.Log.WarnContext(ctx, "folder of uploads", "error", err)
		}
	}()
	node, err := r.Node(false)
	if err != nil {
		r.cfg.Log.WarnContext(ctx, "this server takes no imports", "error", err)
	}
	r.tidy(ctx, node)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.keep(ctx) })
	for range r.cfg.AtOnce {
		g.Go(func() error { return r.work(ctx) })
	}
	return g.Wait()
}

// tidy ends what nobody works on, and removes files of jobs that are gone. At a
// start, node is this one; later "".
func (r *Runner) tidy(ctx context.Context, node string) {
	err := r.cfg.Queue.InterruptJobs(ctx, node, r.cfg.Silence)
	if own, nodeErr := r.Node(false); err == nil && nodeErr == nil && own != "" {
		err = errors.Join(r.cfg.Records.ForgetJobs(ctx, r.cfg.KeepDays),
			r.sweep(func() ([]string, error) { return r.cfg.Records.KeptJobs(ctx, own) }))
	}
	if err != nil && ctx.Err() == nil {
		r.cfg.Log.WarnContext(ctx, "tidying imports is left for later", "error", err)
	}
}

// keep says every so often that the jobs here are alive, wakes those who watch
// jobs of other nodes, and now and then looks for dead ones.
func (r *Runner) keep(ctx context.Context) error {
	tick := time.NewTicker(r.cfg.Beat)
	defer tick.Stop()
	tidied := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		r.beat(ctx)
		r.wakeStrangers()
		if time.Since(tidied) > r.cfg.Silence {
			tidied = time.Now()
			r.tidy(ctx, "")
		}
	}
}

func (r *Runner) beat(ctx context.Context) {
	r.mu.Lock()
	alive := map[string][]byte{}
	for id, a := range r.active {
		alive[id] = a.job.Progress
	}
	r.mu.Unlock()
	if len(alive) == 0 {
		return
	}
	canceled, err := r.cfg.Queue.BeatJobs(ctx, alive)
	if err != nil && ctx.Err() == nil {
		r.cfg.Log.WarnContext(ctx, "imports cannot say that they are alive", "error", err)
	}
	for _, id := range canceled {
		r.stop(id)
	}
}

var errCanceled = errors.New("the import was canceled")

func (r *Runner) stop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.active[id]; a != nil {
		a.cancel(errCanceled)
	}
}

// work does one job after the other.
func (r *Runner) work(ctx context.Context) error {
	const pause = 5 * time.Second
	for ctx.Err() == nil {
		again, err := r.next(ctx)
		if err != nil && ctx.Err() == nil {
			r.cfg.Log.WarnContext(ctx, "the queue of imports cannot be read", "error", err)
		}
		if again {
			r.nudge() // another worker may find one, too
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-time.After(pause):
		}
	}
	return nil
}

func (r *Runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// next does one job, if there is one.
func (r *Runner) next(ctx context.Context) (done bool, err error) {
	node, err := r.Node(false)
	if err != nil || node == "" { // a fault was told of at the start, and may pass
		return false, nil
	}
	j, err := r.cfg.Queue.NextJob(ctx, node)
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.do(ctx, j)
	return true, nil
}
