package live

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"gisd/spatial"
)

// Recorder keeps positions: the last known one of each device and the history.
// The positions are the recorder's from the call on.
type Recorder interface {
	// Record takes positions in and returns once they are durable: what was recorded
	// may be acknowledged. It fails with CodeUnavailable where there is no room or the
	// disk refuses; some of the positions may be kept all the same.
	Record(ctx context.Context, positions []Position) error
}

// Listener hears of positions as they come in, late and held ones among them, before
// they are durable: what it makes of them waits for no disk. A position that the
// recorder then refuses is news to nobody when it comes again. It must not block, nor
// keep or change them.
type Listener interface {
	Reported(positions []Position)
}

// Intake is where positions enter: it checks who reports what, hands them to
// the recorder and then to the hub.
type Intake struct {
	Hub      *Hub
	Recorder Recorder // nil keeps no history
	Lobby    *Lobby   // nil notes no strangers
	Listener Listener // nil tells nobody
	Limits   Limits
	Now      func() time.Time

	// refuses is whether the recorder refused the last positions: until it takes some
	// again the listener hears of what was recorded only, however often senders try.
	refuses atomic.Bool
}

// RowError is one fault of one row.
type RowError struct {
	Row    int    `json:"row"` // as Row.Number
	Device string `json:"device,omitempty"`
	Name   string `json:"name,omitempty"` // member of the position, or empty for the row
	Reason string `json:"reason"`
}

// Receipt says what became of the rows of one request.
type Receipt struct {
	Accepted   int        `json:"accepted"`
	Late       int        `json:"late"`       // of the accepted: older than the last known, kept as history
	Duplicates int        `json:"duplicates"` // of the accepted: known already
	Held       int        `json:"held"`       // of the accepted: flagged, and kept as history only
	Rejected   int        `json:"rejected"`
	Errors     []RowError `json:"errors,omitempty"` // the first 100
}

const notRegistered = "is not registered, or not one that this key may report for"

// maxRowErrors bounds Receipt.Errors.
const maxRowErrors = 100

// Report takes the good rows in. It fails as MayReport does, with CodeInvalid
// where no row is good, and as Recorder.Record does; the receipt is never nil.
// With allOrNothing a single bad row refuses all of them.
func (in *Intake) Report(ctx context.Context, a spatial.Access, rows []Row, allOrNothing bool) (*Receipt, error) {
	receipt := &Receipt{}
	if err := MayReport(a); err != nil {
		return receipt, err
	}
	good, numbers := make([]Position, 0, len(rows)), make([]int, 0, len(rows))
	for i := range rows {
		faults := in.faults(a, &rows[i])
		if len(faults) == 0 {
			good, numbers = append(good, rows[i].Position), append(numbers, rows[i].Number)
			continue
		}
		receipt.Rejected++
		for _, f := range faults {
			if len(receipt.Errors) < maxRowErrors {
				receipt.Errors = append(receipt.Errors,
					RowError{Row: rows[i].Number, Device: rows[i].Position.Device, Name: f.Name, Reason: f.Reason})
			}
		}
	}
	if receipt.Rejected > 0 && (allOrNothing || len(good) == 0) {
		return receipt, receipt.invalid(len(rows))
	}
	return receipt, in.take(ctx, lot{good, numbers}, receipt, allOrNothing)
}

// lot is positions with the numbers of their rows.
type lot struct {
	positions []Position
	numbers   []int
}

// take records valid positions of known devices and moves the markers. It fails
// where devices report too much and, with allOrNothing, one does, or no position is
// left, and as Recorder.Record does; nothing is taken then.
func (in *Intake) take(ctx context.Context, l lot, receipt *Receipt, allOrNothing bool) error {
	outcomes := in.Hub.Judge(l.positions)
	taken := make([]Position, 0, len(l.positions))
	var excess, counted Receipt
	for i, outcome := range outcomes {
		switch outcome {
		case Unknown: // revoked a moment ago
			excess.reject(l.numbers[i], l.positions[i].Device, notRegistered)
			continue
		case TooMany:
			excess.reject(l.numbers[i], l.positions[i].Device, "reports more often than it may; try again later")
			continue
		case Duplicate:
			counted.Duplicates++
		case Late:
			counted.Late++
		case Held:
			counted.Held++
		}
		counted.Accepted++
		if outcome != Duplicate {
			taken = append(taken, l.positions[i])
		}
	}
	if excess.Rejected > 0 && (allOrNothing || counted.Accepted == 0) {
		return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: "live: report",
			Message: "A device reports more often than it may; try again later."}
	}
	if err := in.record(ctx, taken); err != nil {
		return err
	}
	in.Hub.Update(taken)
	receipt.Accepted, receipt.Late, receipt.Duplicates, receipt.Held = counted.Accepted, counted.Late, counted.Duplicates, counted.Held
	receipt.Rejected += excess.Rejected
	receipt.Errors = append(receipt.Errors, excess.Errors[:min(len(excess.Errors), maxRowErrors-len(receipt.Errors))]...)
	return nil
}

// record tells the listener and has the positions kept.
func (in *Intake) record(ctx context.Context, taken []Position) error {
	tell := in.Listener != nil && len(taken) > 0
	if early := !in.refuses.Load(); tell && early {
		in.Listener.Reported(taken)
		tell = false
	}
	if in.Recorder != nil && len(taken) > 0 {
		err := in.Recorder.Record(ctx, slices.Clone(taken))
		if refused := spatial.CodeOf(err) == spatial.CodeUnavailable; refused || err == nil {
			in.refuses.Store(refused)
		}
		if err != nil {
			return fmt.Errorf("live: record: %w", err)
		}
	}
	if tell {
		in.Listener.Reported(taken)
	}
	return nil
}

func (r *Receipt) reject(row int, device, reason string) {
	r.Rejected++
	if len(r.Errors) < maxRowErrors {
		r.Errors = append(r.Errors, RowError{Row: row, Device: device, Name: "device", Reason: reason})
	}
}

// faults adds what the registry and the caller's rights say to the row's own.
func (in *Intake) faults(a spatial.Access, r *Row) []spatial.FieldError {
	if !ValidDeviceID(r.Position.Device) {
		return r.Faults
	}
	// A device that the caller may not see and one that is not there must not be
	// told apart.
	d, ok := in.Hub.Device(r.Position.Device)
	if ok && d.ReportableBy(a) {
		return r.Faults
	}
	return append(slices.Clip(r.Faults), spatial.FieldError{Name: "device", Reason: notRegistered})
}

// invalid turns the receipt's errors into one error. A single position names
// its members, several name them by JSON pointer (RFC 6901): "/2/lat".
func (r *Receipt) invalid(rows int) error {
	fields := make([]spatial.FieldError, len(r.Errors))
	for i, e := range r.Errors {
		name := e.Name
		if rows > 1 {
			name = fmt.Sprintf("/%d", e.Row-1)
			if e.Name != "" {
				name += "/" + e.Name
			}
		}
		fields[i] = spatial.FieldError{Name: name, Reason: e.Reason}
	}
	message := "The position is not valid."
	if rows > 1 {
		message = fmt.Sprintf("%d of %d positions are not valid; none was taken.", r.Rejected, rows)
	}
	return spatial.Invalid("live: report", message, fields...)
}
