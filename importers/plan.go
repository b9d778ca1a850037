package importers

import (
	"context"
	"fmt"

	"gisd/spatial"
)

// plan settles everything that can be settled before the first record is read,
// and refuses what would lose data or edits without leave.
func (r *run) plan(ctx context.Context) error {
	if err := CheckID(r.o.Collection); err != nil {
		return err
	}
	r.o.Mode = r.o.mode()
	base, err := r.sink.Base(ctx, r.o.Collection)
	if err != nil {
		return err
	}
	if err := CheckText(r.src.Schema()); err != nil {
		return err
	}
	src, c, err := SettleCRS(ctx, r.src, r.o.crsRequest())
	if err != nil {
		return err
	}
	r.src = src
	s := src.Schema()
	s.CRS = c
	if r.o.Title == (spatial.Text{}) {
		r.o.Title = spatial.Text{VI: s.Layer, EN: s.Layer}
	}
	r.p = &Plan{Options: r.o, Base: base, Schema: s, SRID: c.SRID, CRSText: c.WKT, CRSReason: c.Reason,
		Geometry: s.GeometryType, Dimensions: s.Dimensions}
	r.report = &Report{Collection: r.o.Collection, Mode: r.o.Mode, Layer: s.Layer, Format: s.Format, Geometry: s.GeometryType,
		Dimensions: s.Dimensions, SRID: c.SRID, CRSReason: c.Reason, CRSGuess: c.Guess, Encoding: s.Encoding, DryRun: r.o.DryRun}
	for _, n := range s.Notes {
		r.note(n.EN)
	}
	if c.Note.EN != "" {
		r.note(c.Note.EN)
	}
	if base != nil && merging(r.o.Mode) {
		return r.planMerge()
	}
	id, err := chooseID(s, r.o.Key, base)
	if err != nil {
		return err
	}
	r.use(id)
	if base == nil || r.o.Mode == ModeCreate { // the sink refuses to create what exists
		return nil
	}
	r.report.Changes = replacing(base, r.p)
	if !r.o.AllowLoss {
		if err := refuseLoss(r.o.Collection, r.report.Changes); err != nil {
			return err
		}
	}
	return r.planEdits(ctx)
}

func (r *run) use(id idSource) {
	p := r.p
	r.id, p.IDKind, p.IDSource, p.IDField = id, id.kind, id.source(), ""
	p.Fields = Columns(p.Schema.Fields)
	if id.field >= 0 {
		key := &p.Fields[id.field]
		p.IDField = key.Name
		if p.sharesColumn(*key) {
			key.Column = spatial.IDColumn
		}
	}
	if p.Merge == nil {
		p.Version = p.Fields
	}
}

func (r *run) planMerge() error {
	p := r.p
	id, merge, err := mergeKey(p.Schema, &r.o, p.Base)
	if err != nil {
		return err
	}
	p.Merge = &merge
	r.use(id)
	mergeFields(p.Base, p)
	mergeShape(p.Base, p)
	r.report.Changes = mergingChanges(p.Base, p)
	r.report.Dimensions = p.Dimensions
	r.report.Edits.Found = p.Base.Edits.Count
	if !r.o.AllowLoss {
		return refuseLoss(r.o.Collection, r.report.Changes)
	}
	return nil
}

// planEdits looks at the edits that go with the version that is replaced.
func (r *run) planEdits(ctx context.Context) error {
	b := r.p.Base
	r.report.Edits.Found = b.Edits.Count
	if r.id.running() && b.Features > 0 {
		r.note("there is no key: ids, links to features and their history start again")
	}
	idsStay := !r.id.running() && b.IDSource == r.p.IDSource && b.IDKind == r.p.IDKind && b.IDField == r.p.IDField
	if b.Attachments > 0 && !idsStay && !r.o.DiscardEdits {
		return refuseAttachments(r.o.Collection, b.Attachments)
	}
	switch {
	case b.Edits.Count == 0 || r.o.DiscardEdits:
		return nil
	case r.o.RebaseEdits:
		if !idsStay {
			return &spatial.Error{Code: spatial.CodeConflict, Op: "importers: edits",
				Message: fmt.Sprintf("edits cannot be made again without ids that stay: those of %s came from %s and would come from %s; name the field with --key, or drop the edits with --discard-edits",
					r.o.Collection, idsOf(b.IDSource, b.IDField), idsOf(r.p.IDSource, r.p.IDField))}
		}
		return nil
	}
	var ids []string
	err := r.sink.Edits(ctx, r.o.Collection, b.Version, func(e Edit) error {
		if len(ids) < 10 {
			ids = append(ids, e.ID)
		}
		return r.reject(0, e.Refused(EditedReason()), true)
	})
	if err != nil {
		return err
	}
	return RefuseEdits(r.o.Collection, ids, b.Edits.Count)
}

func (r *run) note(text string) { r.report.Notes = append(r.report.Notes, text) }

// target takes over what the sink has decided.
func (r *run) target() error {
	p := r.p
	p.SRID, r.report.Version = r.staging.Target()
	r.report.SRID = p.SRID
	if p.Base == nil || r.o.Mode == ModeCreate {
		return nil
	}
	change := moved(p.Base, p, p.SRID)
	r.report.Changes = append(r.report.Changes, change...)
	if p.Merge == nil {
		return nil
	}
	if p.Base.Geometry != spatial.GeometryNone {
		r.report.SRID = p.Base.SRID
	}
	if len(change) > 0 && r.id.geometry {
		return spatial.Invalid("importers: key", fmt.Sprintf("geometries are compared in one reference system only: %s is in %s, the source in %s", r.o.Collection, p.Base.SRID, p.SRID))
	}
	return nil
}

// settled brings the outcome into the report.
func (r *run) settled() {
	rep, p := r.report, r.p
	rep.Repair, rep.Counts, rep.Features = r.done.Repair, r.done.Counts, r.done.Features
	rep.Fields = r.done.Fields
	if p.Merge == nil {
		rep.Inserted = rep.Loaded
		if p.Base != nil {
			rep.Deleted = p.Base.Features
		}
		if r.done.Rebased == 0 {
			rep.Features = rep.Loaded
		}
	}
	rep.Edits.Discarded, rep.Edits.Rebased = r.done.Discarded, r.done.Rebased
	if p.Merge != nil {
		p.Geometry = mergedGeometry(p.Base.Geometry, p.Geometry)
	}
	if p.Merge != nil || r.done.Rebased > 0 {
		rep.Extent = r.done.Extent
	}
	rep.Geometry = p.Geometry // a repair may have made parts of one
	rep.IDFrom = r.id.from(p.Fields)
}

// remark takes over what the source has to say.
func (r *run) remark() error {
	remarks := RemarksOf(r.src)
	r.report.Notes = append(r.report.Notes, remarks.Notes...)
	if remarks.Rejects == nil {
		return nil
	}
	return remarks.Rejects(func(e RecordError) error { return r.reject(0, e, false) })
}

// Reject implements SettleListener.
func (r *run) Reject(e RecordError) error {
	r.report.Rejected++
	if err := r.reject(0, e, false); err != nil {
		return err
	}
	if limit := r.o.MaxErrors; limit >= 0 && r.report.Rejected > limit {
		return spatial.Invalid("importers: settle", fmt.Sprintf("id %s: %s; more than %d rejected records are not accepted (--max-errors)", e.ID, e.Reason.EN, limit))
	}
	return nil
}

// Edited implements SettleListener.
func (r *run) Edited(e RecordError) error {
	r.report.Edits.Conflicts++
	return r.reject(0, e, true)
}
