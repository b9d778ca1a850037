package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"gisd/importers"
	"gisd/spatial"
)

// do works on a job to its end.
func (r *Runner) do(parent context.Context, j *spatial.Job) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	r.mu.Lock()
	r.active[j.ID] = &active{job: *j, cancel: cancel}
	r.mu.Unlock()
	r.changed(j.ID)
	log := r.cfg.Log.With("job", j.ID, "collection", j.Collection)
	log.InfoContext(ctx, "import begins", "by", j.CreatedBy)

	t, err := r.task(j)
	var reports []*importers.Report
	if err == nil {
		reports, err = r.guarded(ctx, t)
	}
	r.mu.Lock()
	end := r.active[j.ID].job
	r.mu.Unlock()
	conclude(parent, ctx, &end, err)
	if end.State == spatial.JobFailed {
		log.WarnContext(ctx, "import failed", "error", err)
	} else {
		log.InfoContext(ctx, "import ended", "state", string(end.State))
	}
	if len(reports) > 0 {
		if end.Reports, err = json.Marshal(reports); err != nil {
			log.WarnContext(ctx, "the report cannot be written", "error", err)
		}
	}
	end.Error = sayForServer(end.Error, filepath.Join(r.dir, j.ID))
	if end.HasRejects, err = r.finish(j.ID); err != nil {
		log.WarnContext(ctx, "files of the import are left for later", "error", err)
	}
	r.record(parent, &end)
	r.mu.Lock()
	delete(r.active, j.ID)
	r.mu.Unlock()
	r.changed(j.ID)
}

// conclude says how a job ended. What was complete before a stop came is done.
func conclude(parent, ctx context.Context, j *spatial.Job, err error) {
	switch {
	case err == nil:
		j.State = spatial.JobDone
	case errors.Is(context.Cause(ctx), errCanceled):
		j.State, j.Code, j.Error = spatial.JobCanceled, spatial.CodeCanceled, "The import was canceled."
	case parent.Err() != nil:
		j.State, j.Code, j.Error = spatial.JobInterrupted, spatial.CodeUnavailable, "The server stopped in the middle of the import."
	default:
		j.State = spatial.JobFailed
		j.Code, j.Error = explain(err)
	}
	j.FinishedAt = time.Now().UTC()
}

// record stores the end, also when the database comes back a little later. A
// server that stops does not wait for that: its next start finds the job running
// and knows what to think.
func (r *Runner) record(parent context.Context, j *spatial.Job) {
	const tries = 20
	ctx := context.WithoutCancel(parent)
	var err error
	for try := range tries {
		if try > 0 {
			select {
			case <-parent.Done():
			case <-time.After(time.Duration(try) * 300 * time.Millisecond):
			}
		}
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		err = r.cfg.Queue.EndJob(limited, j)
		cancel()
		if err == nil || spatial.CodeOf(err) == spatial.CodeNotFound || parent.Err() != nil {
			break
		}
	}
	if err != nil {
		r.cfg.Log.ErrorContext(ctx, "the end of an import is not recorded", "job", j.ID, "state", string(j.State), "error", err)
	}
}

// guarded keeps a fault in a reader from taking the server down.
func (r *Runner) guarded(ctx context.Context, t Task) (reports []*importers.Report, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = &spatial.Error{Code: spatial.CodeInternal, Op: "jobs: import", Message: "the importer failed on this file",
				Err: faultError(fault)}
		}
	}()
	return r.cfg.Work(ctx, t)
}

// task finds what the job is about.
func (r *Runner) task(j *spatial.Job) (Task, error) {
	var asked asked
	if err := json.Unmarshal(j.Request, &asked); err != nil {
		return Task{}, err
	}
	dir := filepath.Join(r.dir, j.ID)
	t := Task{Job: j, Request: asked.ImportRequest, By: asked.By, Joined: filepath.Join(dir, joinedDir), Rejects: r.rejects(j.ID),
		Progress: func(p importers.Progress) { r.progress(j.ID, p) }}
	if asked.URL != "" {
		return t, os.MkdirAll(dir, 0o700)
	}
	var err error
	t.Path, err = gather(filepath.Join(dir, contentDir), t.Joined, asked.Joins)
	return t, err
}

func (r *Runner) progress(id string, p importers.Progress) {
	text, err := json.Marshal(p)
	if err != nil { // a figure that JSON cannot hold
		return
	}
	r.mu.Lock()
	if a := r.active[id]; a != nil {
		a.job.Progress = text
	}
	r.mu.Unlock()
	r.changed(id)
}
