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

// Run is the one pipeline: it reads src, copies it into the sink's staging,
// settles and publishes it. Either all of it happens or nothing: at any error
// the staging is dropped and the collection is as it was. The report is not nil
// when the failure came after reading began. The caller closes src.
//
// Errors: invalid, conflict, unsupported and too_large carry a message for the
// person who asked; canceled when ctx ended.
func Run(ctx context.Context, src Source, sink Sink, o Options) (*Report, error) {
	r := &run{src: src, sink: sink, o: o, started: time.Now()}
	if err := r.plan(ctx); err != nil {
		return nil, err
	}
	return r.execute(ctx)
}

// run is one import under way.
type run struct {
	src     Source
	sink    Sink
	o       Options
	p       *Plan
	id      idSource
	report  *Report
	started time.Time
	told    time.Time
	written int64 // the record up to which the reject file is written
}

func (r *run) plan(ctx context.Context) error {
	if err := CheckID(r.o.Collection); err != nil {
		return err
	}
	if r.o.Mode == "" {
		r.o.Mode = ModeCreate
	}
	s := r.src.Schema()
	id, err := chooseID(s, r.o.Key)
	if err != nil {
		return err
	}
	c, err := ResolveCRS(ctx, r.src, r.o.SRID)
	if err != nil {
		return err
	}
	s.CRS = c
	if r.o.Title == (spatial.Text{}) {
		r.o.Title = spatial.Text{VI: s.Layer, EN: s.Layer}
	}
	r.p = &Plan{Options: r.o, Schema: s, Fields: Columns(s.Fields), SRID: c.SRID, CRSText: c.WKT, CRSReason: c.Reason, Geometry: s.GeometryType}
	r.use(id)
	r.report = &Report{Collection: r.o.Collection, Layer: s.Layer, Format: s.Format, Geometry: s.GeometryType,
		Dimensions: s.Dimensions, SRID: c.SRID, CRSReason: c.Reason, CRSGuess: c.Guess, Encoding: s.Encoding, DryRun: r.o.DryRun}
	return nil
}

func (r *run) use(id idSource) {
	r.id, r.p.IDKind, r.p.IDField = id, id.kind, ""
	if id.field >= 0 {
		r.p.IDField = r.p.Fields[id.field].Name
	}
}

func (r *run) execute(ctx context.Context) (report *Report, err error) {
	staging, err := r.sink.Begin(ctx, r.p)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, staging.Close(context.WithoutCancel(ctx), r.report, err))
	}()
	r.report.SRID, r.report.Version = staging.Target()
	r.p.SRID = r.report.SRID
	r.tell(StageLoad, true)
	begin := time.Now()
	if err := r.load(ctx, staging); err != nil {
		return r.report, err
	}
	r.report.Seconds.Load = time.Since(begin).Seconds()

	begin = time.Now()
	digest, err := r.settle(ctx, staging)
	if errors.Is(err, ErrDuplicateID) && !r.id.asked && !r.id.running() {
		r.fallBack("its values are not unique")
		if err = r.load(ctx, staging); err == nil {
			digest, err = r.settle(ctx, staging)
		}
	}
	if err != nil {
		return r.report, err
	}
	r.report.Seconds.Settle = time.Since(begin).Seconds()
	if err := r.listEmptied(); err != nil {
		return r.report, err
	}
	r.report.Geometry = r.p.Geometry // a repair may have made parts of one
	r.report.IDFrom = r.id.from(r.p.Fields)
	if r.o.DryRun {
		r.tell(StageDone, true)
		return r.report, nil
	}
	r.tell(StagePublish, true)
	begin = time.Now()
	if err := staging.Publish(ctx, r.p, r.report, digest); err != nil {
		return r.report, err
	}
	r.report.Seconds.Publish = time.Since(begin).Seconds()
	r.tell(StageDone, true)
	return r.report, nil
}

// settle completes the table while the digest of the source is computed.
func (r *run) settle(ctx context.Context, staging Staging) (digest string, err error) {
	r.tell(StageSettle, true)
	g, ctx := errgroup.WithContext(ctx)
	if r.o.Source.Digest != nil {
		g.Go(func() (err error) {
			digest, err = r.o.Source.Digest(ctx)
			return err
		})
	}
	g.Go(func() (err error) {
		r.report.Repair, err = staging.Settle(ctx, r.p)
		return err
	})
	return digest, g.Wait()
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
func (r *run) load(ctx context.Context, staging Staging) error {
	for {
		err := r.loadOnce(ctx, staging)
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

func (r *run) loadOnce(ctx context.Context, staging Staging) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLoader(ctx, r)
	copied := make(chan error, 1)
	var n int64
	go func() {
		var err error
		n, err = staging.Load(ctx, r.p, l.rows)
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
	r.o.Progress(Progress{Stage: stage, Layer: r.report.Layer, Read: r.report.Read, Total: r.p.Schema.Count,
		Rejected: r.report.Rejected, Seconds: time.Since(r.started).Seconds()})
}
