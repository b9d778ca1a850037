package jobs

import (
	"context"

	"gisd/spatial"
)

// Job returns a job as it is this moment; not_found where there is none.
func (r *Runner) Job(ctx context.Context, id string) (*spatial.Job, error) {
	r.mu.Lock()
	if a := r.active[id]; a != nil {
		j := a.job
		r.mu.Unlock()
		return &j, nil
	}
	r.mu.Unlock()
	return r.cfg.Records.Job(ctx, id)
}

// Jobs lists what the caller may know of, the newest first.
func (r *Runner) Jobs(ctx context.Context, a spatial.Access, most int) ([]spatial.Job, error) {
	jobs, err := r.cfg.Records.Jobs(ctx, a, most)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range jobs {
		if here := r.active[jobs[i].ID]; here != nil {
			jobs[i] = here.job
		}
	}
	return jobs, err
}

// Cancel cancels a job that waits and stops one that runs, here or elsewhere:
// until it has ended it goes on to be running. Errors: conflict where it has
// ended otherwise.
func (r *Runner) Cancel(ctx context.Context, id string) (*spatial.Job, error) {
	j, err := r.cfg.Records.CancelJob(ctx, id)
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		j, err = r.cfg.Records.Job(ctx, id)
		if err == nil && j.State != spatial.JobCanceled {
			return nil, &spatial.Error{Code: spatial.CodeConflict, Op: "jobs: cancel", Message: "The import has ended already."}
		}
	}
	if err != nil {
		return nil, err
	}
	r.stop(id)
	if node, nodeErr := r.Node(false); nodeErr == nil && j.State == spatial.JobCanceled && j.Node == node {
		err = r.Drop(id)
	}
	r.changed(id)
	return j, err
}

// Changed returns a channel that is closed when the job may have changed. Ask
// for it before the job itself, and nothing is missed. A job of another node
// seems to change all the time.
func (r *Runner) Changed(id string) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.watched[id]
	if c == nil {
		c = make(chan struct{})
		r.watched[id] = c
	}
	return c
}

func (r *Runner) changed(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.watched[id]; c != nil {
		close(c)
		delete(r.watched, id)
	}
}

// wakeStrangers has those look again who watch jobs that do not run here.
func (r *Runner) wakeStrangers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, c := range r.watched {
		if r.active[id] == nil {
			close(c)
			delete(r.watched, id)
		}
	}
}
