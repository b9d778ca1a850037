package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// Jobs is the store and the queue of what servers do by themselves. Safe for
// concurrent use.
type Jobs struct {
	db  *DB
	log *slog.Logger
}

// NewJobs returns the store on a database that the caller closes.
func NewJobs(db *DB, log *slog.Logger) *Jobs { return &Jobs{db, log} }

// AddJob queues a job and fills in what the database knows better. Errors:
// too_many_requests where whoever asks has most unfinished ones already, conflict
// where another goes into the same collection.
func (s *Jobs) AddJob(ctx context.Context, j *spatial.Job, most int) error {
	const op = "postgis: add job"
	err := pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryJobSerialize, j.CreatedBy); err != nil {
			return err
		}
		var unfinished int
		if err := tx.QueryRow(ctx, queryJobCount, j.CreatedBy).Scan(&unfinished); err != nil {
			return err
		}
		if unfinished >= most {
			return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: op,
				Message: fmt.Sprintf("%d imports of yours are waiting or running, and no more are taken: wait for one, or cancel it.", unfinished)}
		}
		added, err := scanJob(tx.QueryRow(ctx, queryJobInsert, j.ID, j.Kind, j.Node, j.Collection, storable(j.Source), j.Bytes,
			j.CreatedBy, j.Department, j.Request))
		if sqlState(err) == "23505" {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Err: err,
				Message: "Another import into " + j.Collection + " is waiting or running: wait for its end, or cancel it."}
		}
		if err == nil {
			*j = added
		}
		return err
	})
	return wrap(ctx, op, err)
}

// NextJob starts the oldest queued job of a node; not_found without one.
func (s *Jobs) NextJob(ctx context.Context, node string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: next job", queryJobNext, node)
}

// BeatJobs says that jobs are alive, and how far they are, by id; it returns
// those that are to end early.
func (s *Jobs) BeatJobs(ctx context.Context, progress map[string][]byte) (canceled []string, err error) {
	const op = "postgis: jobs are alive"
	ids, bodies := make([]string, 0, len(progress)), make([]*string, 0, len(progress))
	for id, body := range progress {
		ids, bodies = append(ids, id), append(bodies, nullText(body))
	}
	rows, err := s.db.Pool.Query(ctx, queryJobBeat, ids, bodies)
	if err != nil {
		return nil, wrap(ctx, op, err)
	}
	var id string
	var cancel bool
	_, err = pgx.ForEachRow(rows, []any{&id, &cancel}, func() error {
		if cancel {
			canceled = append(canceled, id)
		}
		return nil
	})
	return canceled, wrap(ctx, op, err)
}

// EndJob records how a running job ended; one that was given up for dead
// meanwhile is not_found.
func (s *Jobs) EndJob(ctx context.Context, j *spatial.Job) error {
	const op = "postgis: end job"
	tag, err := s.db.Pool.Exec(ctx, queryJobEnd, j.ID, string(j.State), nullText(j.Progress), nullText(j.Reports), j.HasRejects,
		string(j.Code), storable(j.Error), storable(j.Source))
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, "The import is not running any more.")
	}
	return wrap(ctx, op, err)
}

// InterruptJobs marks the running jobs of a node that starts anew ("" for none),
// and those whose node has been silent for so long, and drops what imports of
// dead processes staged.
func (s *Jobs) InterruptJobs(ctx context.Context, node string, silence time.Duration) error {
	const op = "postgis: interrupt jobs"
	tag, err := s.db.Pool.Exec(ctx, queryJobInterrupt, node, silence.Seconds())
	if err != nil {
		return wrap(ctx, op, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return CleanInterrupted(ctx, s.db, s.log)
}

// Job returns one by its id.
func (s *Jobs) Job(ctx context.Context, id string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: read job", queryJobGet, id)
}

// Jobs lists what the caller may know of, the newest first.
func (s *Jobs) Jobs(ctx context.Context, a spatial.Access, most int) ([]spatial.Job, error) {
	const op = "postgis: list jobs"
	if a.Anonymous() || a.Device != "" {
		return nil, nil
	}
	department := ""
	if a.Has(spatial.RoleEditor) {
		department = a.Department
	}
	rows, err := s.db.Pool.Query(ctx, queryJobList, a.Has(spatial.RoleAdmin), a.Subject, department, most)
	if err != nil {
		return nil, wrap(ctx, op, err)
	}
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (spatial.Job, error) { return scanJob(row) })
	return jobs, wrap(ctx, op, err)
}

// CancelJob cancels a job that waits and asks for the end of one that runs;
// not_found where it is neither.
func (s *Jobs) CancelJob(ctx context.Context, id string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: cancel job", queryJobCancel, id)
}

// KeptJobs lists the jobs of a node that have files.
func (s *Jobs) KeptJobs(ctx context.Context, node string) ([]string, error) {
	const op = "postgis: jobs with files"
	rows, err := s.db.Pool.Query(ctx, queryJobKept, node)
	if err != nil {
		return nil, wrap(ctx, op, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, wrap(ctx, op, err)
}

// ForgetJobs forgets those that ended more than so many days ago.
func (s *Jobs) ForgetJobs(ctx context.Context, days int) error {
	_, err := s.db.Pool.Exec(ctx, queryJobForget, days)
	return wrap(ctx, "postgis: forget jobs", err)
}

func (s *Jobs) one(ctx context.Context, op, query, argument string) (*spatial.Job, error) {
	j, err := scanJob(s.db.Pool.QueryRow(ctx, query, argument))
	if err != nil {
		return nil, notFound(ctx, op, "There is no such import.", err)
	}
	return &j, nil
}

func scanJob(row pgx.Row) (j spatial.Job, err error) {
	var started, finished *time.Time
	err = row.Scan(&j.ID, &j.Kind, &j.State, &j.Node, &j.Collection, &j.Source, &j.Bytes, &j.CreatedBy, &j.Department,
		&j.Request, &j.Progress, &j.Reports, &j.HasRejects, &j.Code, &j.Error, &j.CreatedAt, &started, &finished)
	j.CreatedAt, j.StartedAt, j.FinishedAt = j.CreatedAt.UTC(), timeOf(started), timeOf(finished)
	return j, err
}

// nullText writes no JSON as null.
func nullText(body []byte) *string {
	if len(body) == 0 {
		return nil
	}
	text := storable(string(body))
	return &text
}

// storable drops what PostgreSQL's text cannot hold.
func storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}
