package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/imports"
)

// Store is the store and the queue of what servers do by themselves. Safe for
// concurrent use.
type Store struct {
	db  *postgis.DB
	log *slog.Logger
}

// NewStore returns the store on a database that the caller closes.
func NewStore(db *postgis.DB, log *slog.Logger) *Store { return &Store{db, log} }

// AddJob queues a job and fills in what the database knows better. Errors:
// too_many_requests where whoever asks has most unfinished ones already, conflict
// where another goes into the same collection.
func (s *Store) AddJob(ctx context.Context, j *spatial.Job, most int) error {
	const op = "postgis: add job"
	err := pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, querySerialize, j.CreatedBy); err != nil {
			return err
		}
		var unfinished int
		if err := tx.QueryRow(ctx, queryCount, j.CreatedBy).Scan(&unfinished); err != nil {
			return err
		}
		if unfinished >= most {
			return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: op,
				Message: fmt.Sprintf("%d imports of yours are waiting or running, and no more are taken: wait for one, or cancel it.", unfinished)}
		}
		added, err := scanJob(tx.QueryRow(ctx, queryInsert, j.ID, j.Kind, j.Node, j.Collection, storable(j.Source), j.Bytes,
			j.CreatedBy, j.Department, j.Request))
		if postgis.SQLState(err) == postgis.StateUniqueViolation {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Err: err,
				Message: "Another import into " + j.Collection + " is waiting or running: wait for its end, or cancel it."}
		}
		if err == nil {
			*j = added
		}
		return err
	})
	return postgis.Wrap(ctx, op, err)
}

// NextJob starts the oldest queued job of a node; not_found without one.
func (s *Store) NextJob(ctx context.Context, node string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: next job", queryNext, node)
}

// BeatJobs says that jobs are alive, and how far they are, by id; it returns
// those that are to end early.
func (s *Store) BeatJobs(ctx context.Context, progress map[string][]byte) (canceled []string, err error) {
	const op = "postgis: jobs are alive"
	ids, bodies := make([]string, 0, len(progress)), make([]*string, 0, len(progress))
	for id, body := range progress {
		ids, bodies = append(ids, id), append(bodies, nullText(body))
	}
	rows, err := s.db.Pool.Query(ctx, queryBeat, ids, bodies)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	var id string
	var cancel bool
	_, err = pgx.ForEachRow(rows, []any{&id, &cancel}, func() error {
		if cancel {
			canceled = append(canceled, id)
		}
		return nil
	})
	return canceled, postgis.Wrap(ctx, op, err)
}

// EndJob records how a running job ended; one that was given up for dead
// meanwhile is not_found.
func (s *Store) EndJob(ctx context.Context, j *spatial.Job) error {
	const op = "postgis: end job"
	tag, err := s.db.Pool.Exec(ctx, queryEnd, j.ID, string(j.State), nullText(j.Progress), nullText(j.Reports), j.HasRejects,
		string(j.Code), storable(j.Error), storable(j.Source))
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, "The import is not running any more.")
	}
	return postgis.Wrap(ctx, op, err)
}

// InterruptJobs marks the running jobs of a node that starts anew ("" for none),
// and those whose node has been silent for so long, and drops what imports of
// dead processes staged.
func (s *Store) InterruptJobs(ctx context.Context, node string, silence time.Duration) error {
	const op = "postgis: interrupt jobs"
	tag, err := s.db.Pool.Exec(ctx, queryInterrupt, node, silence.Seconds())
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return imports.CleanInterrupted(ctx, s.db, s.log)
}

// Job returns one by its id.
func (s *Store) Job(ctx context.Context, id string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: read job", queryGet, id)
}

// Jobs lists what the caller may know of, the newest first.
func (s *Store) Jobs(ctx context.Context, a spatial.Access, most int) ([]spatial.Job, error) {
	const op = "postgis: list jobs"
	if a.Anonymous() || a.Device != "" {
		return nil, nil
	}
	department := ""
	if a.Has(spatial.RoleEditor) {
		department = a.Department
	}
	rows, err := s.db.Pool.Query(ctx, queryList, a.Has(spatial.RoleAdmin), a.Subject, department, most)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (spatial.Job, error) { return scanJob(row) })
	return jobs, postgis.Wrap(ctx, op, err)
}

// CancelJob cancels a job that waits and asks for the end of one that runs;
// not_found where it is neither.
func (s *Store) CancelJob(ctx context.Context, id string) (*spatial.Job, error) {
	return s.one(ctx, "postgis: cancel job", queryCancel, id)
}

// KeptJobs lists the jobs of a node that have files.
func (s *Store) KeptJobs(ctx context.Context, node string) ([]string, error) {
	const op = "postgis: jobs with files"
	rows, err := s.db.Pool.Query(ctx, queryKept, node)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, postgis.Wrap(ctx, op, err)
}

// ForgetJobs forgets those that ended more than so many days ago.
func (s *Store) ForgetJobs(ctx context.Context, days int) error {
	_, err := s.db.Pool.Exec(ctx, queryForget, days)
	return postgis.Wrap(ctx, "postgis: forget jobs", err)
}

func (s *Store) one(ctx context.Context, op, query, argument string) (*spatial.Job, error) {
	j, err := scanJob(s.db.Pool.QueryRow(ctx, query, argument))
	if err != nil {
		return nil, postgis.WrapAbsent(ctx, op, "There is no such import.", err)
	}
	return &j, nil
}

func scanJob(row pgx.Row) (j spatial.Job, err error) {
	var started, finished *time.Time
	err = row.Scan(&j.ID, &j.Kind, &j.State, &j.Node, &j.Collection, &j.Source, &j.Bytes, &j.CreatedBy, &j.Department,
		&j.Request, &j.Progress, &j.Reports, &j.HasRejects, &j.Code, &j.Error, &j.CreatedAt, &started, &finished)
	j.CreatedAt, j.StartedAt, j.FinishedAt = j.CreatedAt.UTC(), postgis.TimeOf(started), postgis.TimeOf(finished)
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
