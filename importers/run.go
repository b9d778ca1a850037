package importers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gisd/spatial"
)

// Run imports one source alone. The caller closes src.
func Run(ctx context.Context, src Source, sink Sink, o Options) (*Report, error) {
	open := func(context.Context) (Source, error) { return borrowed{src}, nil }
	reports, err := RunAll(ctx, []Job{{Open: open, Options: o}}, sink)
	if len(reports) == 0 {
		return nil, err
	}
	return reports[0], err
}

// borrowed is a source that somebody else closes.
type borrowed struct{ Source }

func (borrowed) Close() error { return nil }

// Job is one of the sources that are imported together.
type Job struct {
	Layer   string // for messages
	Open    func(context.Context) (Source, error)
	Options Options
}

// RunAll is the one pipeline. One source after the other is opened, read, copied
// into the sink's staging and settled; then all versions are published at once.
// Either all of it happens or nothing: at any error every staging is dropped and
// the collections are as they were. The reports are those of the sources that
// were begun, also when one failed after that.
//
// Errors: invalid, conflict, unsupported and too_large carry a message for the
// person who asked, which names the layer where there are several; canceled when
// ctx ended.
func RunAll(ctx context.Context, jobs []Job, sink Sink) (reports []*Report, err error) {
	release, err := sink.Reserve(ctx, claims(jobs))
	if err != nil {
		return nil, ofLayers(ctx, err, "", len(jobs))
	}
	defer release()
	var runs []*run
	defer func() {
		failed := err
		for _, r := range runs {
			err = errors.Join(err, r.staging.Close(context.WithoutCancel(ctx), r.report, failed))
		}
	}()
	var beside Staging
	for _, j := range jobs {
		r := &run{sink: sink, o: j.Options, started: time.Now()}
		err := r.stage(ctx, j, beside)
		if r.staging != nil {
			beside = r.staging
			runs, reports = append(runs, r), append(reports, r.report)
		}
		if err != nil {
			return reports, ofLayers(ctx, err, "layer "+j.Layer+": ", len(jobs))
		}
	}
	return reports, publish(ctx, sink, runs)
}

func claims(jobs []Job) []Claim {
	all := make([]Claim, len(jobs))
	for i, j := range jobs {
		all[i] = Claim{Collection: j.Options.Collection, Mode: j.Options.mode()}
	}
	return all
}

// publish makes everything visible that is no rehearsal.
func publish(ctx context.Context, sink Sink, runs []*run) error {
	begin := time.Now()
	var all []Staged
	for _, r := range runs {
		if !r.o.DryRun {
			r.tell(StagePublish, true)
			all = append(all, Staged{Staging: r.staging, Plan: r.p, Report: r.report, SHA256: r.digest})
		}
	}
	if len(all) > 0 {
		if err := sink.Publish(ctx, all); err != nil {
			return err
		}
	}
	for _, r := range runs {
		if !r.o.DryRun {
			r.report.Seconds.Publish = time.Since(begin).Seconds()
			r.finish(ctx)
		}
		r.tell(StageDone, true)
	}
	return nil
}

// finish does what may follow the publishing. The import is done whatever comes
// of it.
func (r *run) finish(ctx context.Context) {
	f, ok := r.staging.(Finisher)
	if !ok {
		return
	}
	r.tell(StageNames, true)
	begin := time.Now()
	if left := f.Finish(ctx); left != "" {
		r.report.Notes = append(r.report.Notes, left)
	}
	r.report.Seconds.Finish = time.Since(begin).Seconds()
}

// ofLayers says before the message which of several layers failed, and after it
// what that means for the others.
func ofLayers(ctx context.Context, err error, before string, layers int) error {
	e, ok := errors.AsType[*spatial.Error](err)
	if layers == 1 || !ok || ctx.Err() != nil {
		return err
	}
	return &spatial.Error{Code: e.Code, Op: e.Op, Fields: e.Fields, Err: e.Err,
		Message: before + fmt.Sprintf("%s; none of the %d layers was imported", e.Message, layers)}
}

// run is one import under way.
type run struct {
	src     Source
	sink    Sink
	staging Staging // nil before it began
	o       Options
	p       *Plan
	id      idSource
	report  *Report
	done    Outcome
	digest  string
	started time.Time
	told    time.Time
	written int64 // the record up to which the reject file is written
}

// stage does everything up to the publishing.
func (r *run) stage(ctx context.Context, j Job, beside Staging) (err error) {
	if r.src, err = j.Open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.src.Close()) }()
	if err := r.plan(ctx); err != nil {
		return err
	}
	staging, err := r.sink.Begin(ctx, r.p, beside)
	if err != nil {
		return err
	}
	r.staging = staging
	if err := r.target(); err != nil {
		return err
	}
	r.tell(StageLoad, true)
	begin := time.Now()
	if err := r.load(ctx); err != nil {
		return err
	}
	r.report.Seconds.Load = time.Since(begin).Seconds()

	begin = time.Now()
	err = r.settle(ctx)
	if errors.Is(err, ErrDuplicateID) && !r.id.asked && !r.id.running() {
		r.fallBack("its values are not unique")
		if err = r.load(ctx); err == nil {
			err = r.settle(ctx)
		}
	}
	if err != nil {
		return err
	}
	r.report.Seconds.Settle = time.Since(begin).Seconds()
	r.settled()
	return errors.Join(r.remark(), r.listEmptied())
}

// settle completes the table while the digest of the source is computed.
func (r *run) settle(ctx context.Context) error {
	r.tell(StageSettle, true)
	g, ctx := errgroup.WithContext(ctx)
	if r.o.Source.Digest != nil {
		g.Go(func() (err error) {
			r.digest, err = r.o.Source.Digest(ctx)
			return err
		})
	}
	g.Go(func() (err error) {
		r.done, err = r.staging.Settle(ctx, r.p, r)
		return err
	})
	return g.Wait()
}

// listEmptied names the features that the repair left without geometry: all in
// the reject file, some in the report.
func (r *run) listEmptied() error {
	ids := r.report.Repair.EmptiedIDs
	if len(ids) == 0 {
		return nil
	}
	for _, id := range ids {
		err := r.reject(0, RecordError{ID: id, Reason: spatial.Text{
			VI: "hình học không hợp lệ và không sửa được, để trống",
			EN: "the geometry is invalid and cannot be repaired; left empty",
		}}, true)
		if err != nil {
			return err
		}
	}
	const noted, kept = 10, 100
	note := "geometry that cannot be repaired is left empty: id " + strings.Join(ids[:min(len(ids), noted)], ", ")
	if more := len(ids) - noted; more > 0 {
		note += fmt.Sprintf(" and %d more (--reject lists them all)", more)
	}
	r.report.Notes = append(r.report.Notes, note)
	r.report.Repair.EmptiedIDs = ids[:min(len(ids), kept)]
	return nil
}

// load reads the source into the staging table, once more with running numbers
// when the ids that were tried turn out unfit.
func (r *run) load(ctx context.Context) error {
	for {
		err := r.loadOnce(ctx)
		unfit, ok := errors.AsType[*unfitError](err)
		if !ok {
			return err
		}
		r.fallBack(unfit.why)
	}
}

func (r *run) fallBack(why string) {
	r.report.Notes = append(r.report.Notes, fmt.Sprintf("ids are running numbers: %s cannot serve, %s", r.id.from(r.p.Fields), why))
	r.use(numbered())
}

// unfitError says that the ids tried cannot serve.
type unfitError struct{ why string }

func (e *unfitError) Error() string { return "importers: ids " + e.why }

func (r *run) loadOnce(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLoader(ctx, r)
	copied := make(chan error, 1)
	var n int64
	go func() {
		var err error
		n, err = r.staging.Load(ctx, r.p, l.rows)
		if err != nil {
			cancel(err)
		}
		copied <- err
	}()
	err := r.src.Read(ctx, l.record)
	l.rows.end(err)
	copyErr := <-copied
	l.finish(r.report)
	switch {
	case copyErr != nil && (errors.Is(err, context.Canceled) || errors.Is(err, copyErr)):
		return copyErr // the database gave up first; the reading stopped for it
	case err != nil:
		return err
	case copyErr != nil:
		return copyErr
	case n == 0 && l.first != nil:
		return l.first
	case n != r.report.Loaded:
		return fmt.Errorf("importers: run: %d rows were sent, %d arrived", r.report.Loaded, n)
	}
	r.p.Geometry = r.report.Geometry
	return nil
}

// tell reports progress, about once a second unless now.
func (r *run) tell(stage Stage, now bool) {
	if r.o.Progress == nil || !now && time.Since(r.told) < time.Second {
		return
	}
	r.told = time.Now()
	total := r.p.Schema.Count
	if total < r.report.Read { // a file may say less than it has
		total = -1
	}
	r.o.Progress(Progress{Stage: stage, Layer: r.report.Layer, Read: r.report.Read, Total: total,
		Rejected: r.report.Rejected, Seconds: time.Since(r.started).Seconds()})
}
