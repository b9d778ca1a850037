package jobs_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gisd/importers"
	"gisd/importers/jobs"
	"gisd/spatial"
)

var an = spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"}

func prepared(context.Context, spatial.ImportRequest, spatial.Access) (string, []spatial.FieldError, error) {
	return "qh", nil, nil
}

// room is a runner over a folder and a queue that outlive it.
type room struct {
	*jobs.Runner
	dir   string
	queue *memory
	stop  func()
}

func open(t *testing.T, dir string, queue *memory, work func(context.Context, jobs.Task) ([]*importers.Report, error)) *room {
	t.Helper()
	r := jobs.New(jobs.Config{Queue: queue, Records: queue, Inbox: jobs.NewInbox(dir, 0), Prepare: prepared, Work: work, Beat: 10 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(stop)
	return &room{r, dir, queue, stop}
}

// send uploads files and queues their import.
func (r *room) send(t *testing.T, files map[string]string, req spatial.ImportRequest) *spatial.Job {
	t.Helper()
	id, err := r.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if _, err := r.Put(id, name, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	j, err := r.Submit(t.Context(), id, req, an)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// until waits for a state as a watcher does.
func (r *room) until(t *testing.T, id string, want spatial.JobState) *spatial.Job {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		changed := r.Changed(id)
		j, err := r.Job(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if j.State == want {
			return j
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("state %s, want %s", j.State, want)
		}
	}
}

func (r *room) folders(t *testing.T) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(r.dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestRunner(t *testing.T) {
	t.Parallel()
	tasks := make(chan jobs.Task, 10)
	r := open(t, t.TempDir(), newMemory(), func(ctx context.Context, task jobs.Task) ([]*importers.Report, error) {
		tasks <- task
		task.Progress(importers.Progress{Stage: importers.StageLoad, Read: 5})
		task.Progress(importers.Progress{Seconds: math.NaN()}) // is not passed on
		switch task.Request.Collection {
		case "fails":
			return nil, spatial.Invalid("op", "record 7 is wrong in "+task.Path+"; see --max-errors", spatial.FieldError{Name: "a", Reason: "b"})
		case "breaks":
			return nil, errors.New("password=secret")
		case "panics":
			panic("index out of range")
		case "rejects":
			return []*importers.Report{{Rejected: 1}}, os.WriteFile(task.Rejects, []byte("layer\n"), 0o600)
		}
		content, err := os.ReadFile(task.Path)
		return []*importers.Report{{Collection: string(content)}}, err
	})
	j := r.send(t, map[string]string{"roads.geojson": "roads"}, spatial.ImportRequest{Collection: "roads", Map: ""})
	if task := <-tasks; filepath.Base(task.Path) != "roads.geojson" || task.By.Subject != "user:an" || task.By.Department != "qh" || task.Job.Source != "roads.geojson" || task.Job.Bytes != 5 {
		t.Errorf("%+v", task)
	}
	if j = r.until(t, j.ID, spatial.JobDone); !strings.Contains(string(j.Progress), `"read":5`) || !strings.Contains(string(j.Reports), `"collection":"roads"`) || j.Error != "" {
		t.Errorf("%+v", j)
	}
	for _, test := range []struct {
		collection, says string
		code             spatial.Code
	}{
		{"fails", "record 7 is wrong in x.csv; see maxErrors; a: b", spatial.CodeInvalid},
		{"breaks", "The server failed on this import. Tell the administrator its id.", spatial.CodeInternal},
		{"panics", "The server failed on this import. Tell the administrator its id.", spatial.CodeInternal},
	} {
		j := r.send(t, map[string]string{"x.csv": "x"}, spatial.ImportRequest{Collection: test.collection})
		if j = r.until(t, j.ID, spatial.JobFailed); j.Error != test.says || j.Code != test.code {
			t.Errorf("%s: %q %s", test.collection, j.Error, j.Code)
		}
	}
	if n := r.folders(t); n != 0 {
		t.Errorf("%d folders left", n)
	}
	j = r.send(t, map[string]string{"x.csv": "x"}, spatial.ImportRequest{Collection: "rejects"})
	if j = r.until(t, j.ID, spatial.JobDone); !j.HasRejects || r.folders(t) != 1 {
		t.Errorf("%+v", j)
	}
	f, err := r.Rejects(j.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if _, err := r.Rejects(j.ID, true); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("no GeoJSON: %v", err)
	}
}

// sleeper works until it is stopped.
func sleeper(begun chan<- string) func(context.Context, jobs.Task) ([]*importers.Report, error) {
	return func(ctx context.Context, task jobs.Task) ([]*importers.Report, error) {
		begun <- task.Job.ID
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	begun := make(chan string, 10)
	r := open(t, t.TempDir(), newMemory(), sleeper(begun))
	running := r.send(t, map[string]string{"a": "a"}, spatial.ImportRequest{Collection: "a"})
	waiting := r.send(t, map[string]string{"b": "b"}, spatial.ImportRequest{Collection: "b"})
	<-begun
	if j, err := r.Cancel(t.Context(), waiting.ID); err != nil || j.State != spatial.JobCanceled {
		t.Errorf("%+v %v", j, err)
	}
	if _, err := r.Cancel(t.Context(), running.ID); err != nil {
		t.Error(err)
	}
	if j := r.until(t, running.ID, spatial.JobCanceled); j.Code != spatial.CodeCanceled {
		t.Errorf("%+v", j)
	}
	if n := r.folders(t); n != 0 {
		t.Errorf("%d folders left", n)
	}
	if _, err := r.Cancel(t.Context(), running.ID); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, err := r.Cancel(t.Context(), "none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("none: %v", err)
	}
	// Another node asks through the queue.
	elsewhere := r.send(t, map[string]string{"c": "c"}, spatial.ImportRequest{Collection: "c"})
	<-begun
	if _, err := r.queue.CancelJob(t.Context(), elsewhere.ID); err != nil {
		t.Fatal(err)
	}
	r.until(t, elsewhere.ID, spatial.JobCanceled)
}

// TestRestart stops a runner in the middle, leaves what a killed one would, and
// starts another.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir, queue, begun := t.TempDir(), newMemory(), make(chan string, 10)
	r := open(t, dir, queue, sleeper(begun))
	cut := r.send(t, map[string]string{"a": "a"}, spatial.ImportRequest{Collection: "a"})
	waiting := r.send(t, map[string]string{"b": "b"}, spatial.ImportRequest{Collection: "b"})
	lost := r.send(t, map[string]string{"c": "c"}, spatial.ImportRequest{Collection: "c"})
	<-begun
	r.stop()
	if got := queue.state(cut.ID); got != spatial.JobInterrupted {
		t.Errorf("state %s", got)
	}
	orphan := filepath.Join(dir, strings.Repeat("ab", 12), "content")
	other := filepath.Join(dir, "somebody's")
	if err := errors.Join(os.MkdirAll(orphan, 0o700), os.MkdirAll(other, 0o700), os.RemoveAll(filepath.Join(dir, lost.ID))); err != nil {
		t.Fatal(err)
	}
	queue.mu.Lock()
	killed := queue.jobs[cut.ID]
	killed.ID, killed.State = "killed", spatial.JobRunning
	queue.jobs["killed"] = killed
	queue.mu.Unlock()

	r = open(t, dir, queue, func(_ context.Context, task jobs.Task) ([]*importers.Report, error) {
		_, err := os.Stat(task.Path)
		return nil, err
	})
	r.until(t, waiting.ID, spatial.JobDone)
	r.until(t, "killed", spatial.JobInterrupted)
	if j := r.until(t, lost.ID, spatial.JobFailed); !strings.Contains(j.Error, "send it again") {
		t.Errorf("%+v", j)
	}
	if _, err := os.Stat(orphan); !os.IsNotExist(err) {
		t.Errorf("the orphan stays: %v", err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("what is not ours goes: %v", err)
	}
}

func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), newMemory(), sleeper(make(chan string, 10)))
	join := "version: 1\njoin:\n  - {file: /etc/passwd, key: a}\n"
	for _, test := range []struct {
		name    string
		request spatial.ImportRequest
		files   []string
		faults  string
	}{
		{"nothing", spatial.ImportRequest{}, nil, "file"},
		{"a path as address", spatial.ImportRequest{URL: "/etc/passwd"}, nil, "url"},
		{"a file as address", spatial.ImportRequest{URL: "file:///etc/passwd"}, nil, "url"},
		{"an address that joins", spatial.ImportRequest{URL: "http://example.org/a", Map: join}, nil, "map"},
		{"both", spatial.ImportRequest{URL: "http://example.org/a"}, []string{"a"}, "url"},
		{"a join of what is not there", spatial.ImportRequest{Map: join}, []string{"a"}, "map"},
		{"nothing but the table to join", spatial.ImportRequest{Map: "version: 1\njoin:\n  - {file: a, key: a}\n"}, []string{"a"}, "file"},
	} {
		id := ""
		if test.files != nil {
			var err error
			if id, err = r.Begin(); err != nil {
				t.Fatal(err)
			}
			for _, name := range test.files {
				if _, err := r.Put(id, name, strings.NewReader("x")); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, err := r.Submit(t.Context(), id, test.request, an, spatial.FieldError{Name: "first", Reason: "r"})
		e, ok := errors.AsType[*spatial.Error](err)
		if !ok || e.Code != spatial.CodeInvalid || len(e.Fields) != 2 || e.Fields[1].Name != test.faults {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if n := r.folders(t); n != 0 {
		t.Errorf("%d folders left", n)
	}
}
