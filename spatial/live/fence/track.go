package fence

import (
	"cmp"
	"math"
	"slices"

	"gisd/spatial/live"
)

// fix is what of a position the rules look at.
type fix struct {
	at       int64 // microseconds since 1970
	lon, lat float64
	speed    float64   // km/h, NaN where unknown
	values   []float64 // of attributes by prepared.value, NaN where there is none; may be short
	both     *[2]spot  // of couples, else nil; not changed once set
}

// checkpoint is what was known before a fix.
type checkpoint struct {
	index  int // of the fix
	states []state
}

// checkpointEvery is how many fixes lie between two checkpoints.
const checkpointEvery = 32

// track is what is kept of a device: its fixes in the order of their times, what
// the rules know at checkpoints and after the last, and what was told.
type track struct {
	device  *live.Device
	other   string    // of couples: the second device
	members [2]*track // of couples
	couples []*track  // that the device is in

	generation int // of the rules, below
	concerned  []bool
	singles    []*prepared

	before      fix // the last that is not kept any more
	hasBefore   bool
	fixes       []fix
	checkpoints []checkpoint // the first is of the first fix
	states      []state
	issued      []issued // by time; none older than fixes
	open        int      // all before it are final
}

// previous is the fix before the one of that index, nil for the device's first.
func (t *track) previous(i int) *fix {
	switch {
	case i > 0:
		return &t.fixes[i-1]
	case t.hasBefore:
		return &t.before
	}
	return nil
}

// enroll puts the fix where its time belongs; ok is false where one has that time,
// or where what was then is not kept any more.
func (t *track) enroll(f fix) (index int, late, ok bool) {
	n := len(t.fixes)
	if n == 0 || t.fixes[n-1].at < f.at {
		if n == 0 && t.hasBefore && f.at <= t.before.at {
			return 0, true, false
		}
		t.fixes = append(t.fixes, f)
		return n, false, true
	}
	i, known := slices.BinarySearchFunc(t.fixes, f.at, func(f fix, at int64) int { return cmp.Compare(f.at, at) })
	if known || i == 0 && t.hasBefore && f.at <= t.before.at {
		return i, !known, false
	}
	t.fixes = append(t.fixes, f)
	copy(t.fixes[i+1:], t.fixes[i:])
	t.fixes[i] = f
	return i, true, true
}

// advance judges the last fix.
func (e *Engine) advance(t *track) {
	i := len(t.fixes) - 1
	if len(t.checkpoints) == 0 || i-t.checkpoints[len(t.checkpoints)-1].index >= checkpointEvery {
		t.checkpoints = append(t.checkpoints, checkpoint{i, slices.Clone(t.states)})
	}
	e.found = e.found[:0]
	t.states = e.judge(t, t.previous(i), &t.fixes[i], t.states)
	for _, f := range e.found {
		f.issuedAt = e.now
		t.issued = append(t.issued, f)
		e.tell(t.event(&f, Provisional, false))
	}
}

// replay judges again from the last checkpoint that the fix at that index does not
// concern, and tells what is different.
func (e *Engine) replay(t *track, index int) {
	kept := len(t.checkpoints)
	for kept > 1 && t.checkpoints[kept-1].index > index {
		kept--
	}
	t.checkpoints = t.checkpoints[:kept]
	from := t.checkpoints[kept-1]
	e.found = e.found[:0]
	states := slices.Clone(from.states)
	for i := from.index; i < len(t.fixes); i++ {
		if i-t.checkpoints[len(t.checkpoints)-1].index >= checkpointEvery {
			t.checkpoints = append(t.checkpoints, checkpoint{i, slices.Clone(states)})
		}
		states = e.judge(t, t.previous(i), &t.fixes[i], states)
	}
	t.states = states
	e.compare(t, t.fixes[from.index].at)
}

// compare puts what was found in the place of what was told from that time on.
func (e *Engine) compare(t *track, from int64) {
	first, _ := slices.BinarySearchFunc(t.issued, from, func(i issued, at int64) int { return cmp.Compare(i.at, at) })
	told := make(map[key]issued, len(t.issued)-first)
	for _, o := range t.issued[first:] {
		told[o.key] = o
	}
	newest := t.fixes[len(t.fixes)-1].at
	t.issued = t.issued[:first]
	for _, f := range e.found {
		o, ok := told[f.key]
		delete(told, f.key)
		switch {
		case ok && f.same(&o):
			f = o
		case ok:
			f.final, f.issuedAt = o.final, o.issuedAt
			e.tell(t.event(&f, f.status(), f.final))
		default:
			f.issuedAt, f.final = e.now, f.at <= newest-f.p.watermark
			e.tell(t.event(&f, f.status(), f.final))
		}
		t.issued = append(t.issued, f)
	}
	gone := make([]issued, 0, len(told))
	for _, o := range told {
		gone = append(gone, o)
	}
	slices.SortFunc(gone, func(a, b issued) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rule, b.rule), cmp.Compare(a.fence, b.fence), cmp.Compare(a.kind, b.kind))
	})
	for _, o := range gone {
		e.tell(t.event(&o, Withdrawn, o.final))
	}
	t.open = min(t.open, first)
}

func (i *issued) status() Status {
	if i.final {
		return Final
	}
	return Provisional
}

// settle makes final what has become so.
func (e *Engine) settle(t *track) {
	newest := int64(math.MinInt64)
	if n := len(t.fixes); n > 0 {
		newest = t.fixes[n-1].at
	}
	settled := true
	for i := t.open; i < len(t.issued); i++ {
		o := &t.issued[i]
		if !o.final && (o.at <= newest-o.p.watermark || o.issuedAt <= e.now-o.p.watermark) {
			o.final = true
			e.tell(t.event(o, Final, false))
		}
		if settled = settled && o.final; settled {
			t.open = i + 1
		}
	}
	if t.open < len(t.issued) {
		e.unsettled[t] = struct{}{}
	} else {
		delete(e.unsettled, t)
	}
}

// forget lets go of the oldest fixes, a checkpoint's worth at once; what was told
// of their times stays as it is, final.
func (e *Engine) forget(t *track) {
	newest := t.fixes[len(t.fixes)-1].at
	for len(t.checkpoints) > 1 {
		n := t.checkpoints[1].index
		if len(t.fixes)-n < e.cfg.MaxFixes && t.fixes[n-1].at >= newest-e.cfg.Horizon.Microseconds() {
			return
		}
		e.ungrid(t, t.fixes[:n])
		t.before, t.hasBefore = t.fixes[n-1], true
		t.fixes = slices.Delete(t.fixes, 0, n)
		t.checkpoints = slices.Delete(t.checkpoints, 0, 1)
		for i := range t.checkpoints {
			t.checkpoints[i].index -= n
		}
		gone := 0
		for gone < len(t.issued) && t.issued[gone].at <= t.before.at {
			if o := &t.issued[gone]; !o.final {
				e.tell(t.event(o, Final, false))
			}
			gone++
		}
		t.issued = slices.Delete(t.issued, 0, gone)
		t.open = max(0, t.open-gone)
	}
}

// ungrid takes fixes that are forgotten out of the grids.
func (e *Engine) ungrid(t *track, fixes []fix) {
	if t.other != "" {
		return
	}
	for _, p := range e.proximities {
		if !t.concerned[p.index] {
			continue
		}
		for i := range fixes {
			e.grids[p.number].remove(t, &fixes[i])
		}
	}
}
