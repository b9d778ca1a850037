package live

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gisd/spatial"
)

// Source is where a Hub learns what is registered and what was last known.
type Source interface {
	Devices(ctx context.Context) ([]Device, error)
	LastPositions(ctx context.Context) ([]Position, error)
	// WatchDevices calls changed once it listens and whenever the registry may
	// have changed, until the context ends; it reconnects by itself and then returns nil.
	WatchDevices(ctx context.Context, changed func()) error
}

// Config of a Hub. The zero value works, alone and without a database.
type Config struct {
	Source Source           // nil: devices come by SetDevices only
	Bus    Bus              // nil: there is no other node
	Now    func() time.Time // time.Now
	Tick   time.Duration    // between frames; 250 ms, and four of it below zoom 9
	Epoch  string           // names this run of this node; made from the clock
	Rules  func(Kind) Rules // RulesOf
	// DeviceRate is how many fixes a second a device may report in the long run, and
	// burstSeconds times as many at once; 0 is no limit.
	DeviceRate float64
	Log        *slog.Logger // discards
}

// Hub holds the last known position of every device and tells watchers what
// moves within their viewport. It is safe for goroutines.
//
// A watcher has no queue: the hub keeps one bit per device that changed, and a
// watcher that comes late finds the latest state.
type Hub struct {
	cfg Config

	mu      sync.RWMutex
	byID    map[string]*entry
	entries []*entry // by entry.index

	byIdentity map[string]*entry // by what protocols call a device

	dirty   []*entry
	coarse  map[cell]map[*entry]struct{} // by cell of the snapshot level, for snapshots
	topics  map[topic][]*Watcher
	lazy    map[*Watcher]struct{} // watchers that wait for every fourth tick
	tiles   map[topic]*tile       // that compact watchers look at
	watched int
	ticks   uint64

	outgoing *outgoing

	seq    atomic.Uint64 // counts ticks that had something to say
	loaded atomic.Bool   // what is registered was read
}

// snapshotIndex is the level index (see topic) by which snapshots look up.
const snapshotIndex = 1

// entry is one device; index never changes and is never given to another.
type entry struct {
	index   int
	device  *Device
	present bool // registered and not revoked
	known   bool // position is set
	local   bool // the last change came from this node and is not published yet
	dirty   bool
	untold  bool // compact watchers do not know yet what it is called
	cell    cell
	passed  []cell // where it was since the last tick: a frame taken between two ticks may have shown it there
	last    Position
	item    atomic.Pointer[[]byte] // JSON of the position, made once for all watchers

	rules  Rules
	truth  truth
	bucket bucket
	heard  time.Time // when the device last said something that was accepted
	moving bool
	state  State
}

// burstSeconds is for how long a device may have been out of reach and send all at
// once what it kept, at the full rate.
const burstSeconds = 100

// NewHub returns a hub without devices. Run makes it work.
func NewHub(cfg Config) *Hub {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rules == nil {
		cfg.Rules = RulesOf
	}
	cfg.Tick = cmp.Or(cfg.Tick, 250*time.Millisecond)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Epoch == "" {
		cfg.Epoch = strconv.FormatInt(cfg.Now().UnixNano(), 36)
	}
	return &Hub{
		cfg:  cfg,
		byID: make(map[string]*entry),

		byIdentity: make(map[string]*entry),

		coarse:   make(map[cell]map[*entry]struct{}),
		topics:   make(map[topic][]*Watcher),
		lazy:     make(map[*Watcher]struct{}),
		tiles:    make(map[topic]*tile),
		outgoing: newOutgoing(),
	}
}

// Epoch names this run of this node; sequence numbers of different epochs do
// not compare.
func (h *Hub) Epoch() string { return h.cfg.Epoch }

// Seq counts the ticks so far that had something to say; frames carry it.
func (h *Hub) Seq() uint64 { return h.seq.Load() }

// Outcome is what a position did to its device.
type Outcome int

// A device's marker moves only forward in the time of its fixes.
const (
	Moved     Outcome = iota // it is the last known position now
	Late                     // older than the last known one; the marker stays
	Duplicate                // same time as one that is known
	Unknown                  // no such device, or a revoked one
	Held                     // flagged, and kept in the history only; the marker stays
	TooMany                  // the device reports more than it may; not taken
)

// Update takes positions in, in any order, and says what each did. They must be
// valid (see Position.Validate); flags are those that Judge set.
func (h *Hub) Update(positions []Position) []Outcome { return h.update(positions, true) }

func (h *Hub) update(positions []Position, local bool) []Outcome {
	outcomes := make([]Outcome, len(positions))
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range positions {
		outcomes[i] = h.move(&positions[i], local)
	}
	return outcomes
}

func (h *Hub) move(p *Position, local bool) Outcome {
	e, ok := h.byID[p.Device]
	if !ok || !e.present {
		return Unknown
	}
	outcome := Moved
	switch {
	case e.truth.seen(p.Time):
		return Duplicate
	case e.known && p.Time.Before(e.last.Time):
		outcome = Late
	case p.Flags&FlagHeld != 0:
		outcome = Held
	}
	heard := p.ReceivedAt
	if heard.IsZero() {
		heard = h.cfg.Now()
	}
	if heard.After(e.heard) {
		e.heard = heard
	}
	if outcome == Moved {
		h.place(e, p, local)
	}
	e.truth.note(p, outcome)
	if s := e.stateAt(h.cfg.Now()); s != e.state && e.known {
		e.state = s
		e.item.Store(nil)
		h.soil(e)
	}
	return outcome
}

// place moves the marker.
func (h *Hub) place(e *entry, p *Position, local bool) {
	e.moving = p.SpeedKMH.Value > standingKMH
	if !p.SpeedKMH.Known && e.known {
		e.moving = distanceMeters(e.last.Lon, e.last.Lat, p.Lon, p.Lat) > standingMeters
	}
	to := cellOf(p.Lon, p.Lat)
	if e.known && to != e.cell {
		e.pass()
	}
	from, now := e.cell.at(snapshotIndex).cell, to.at(snapshotIndex).cell
	if !e.known || from != now {
		if e.known {
			delete(h.coarse[from], e)
		}
		if h.coarse[now] == nil {
			h.coarse[now] = make(map[*entry]struct{})
		}
		h.coarse[now][e] = struct{}{}
	}
	e.last, e.cell, e.known, e.local = *p, to, true, local
	e.item.Store(nil)
	h.soil(e)
}

// pass notes that the entry leaves its cell.
func (e *entry) pass() {
	if !slices.Contains(e.passed, e.cell) {
		e.passed = append(e.passed, e.cell)
	}
}

// json returns the shared JSON of a known position.
func (e *entry) json() []byte {
	if b := e.item.Load(); b != nil {
		return *b
	}
	b := appendItem(make([]byte, 0, 208), e.device, &e.last, e.state)
	e.item.Store(&b)
	return b
}

// Filter chooses devices by place, kind and caller.
type Filter struct {
	BBox   *spatial.Envelope // SRID 4326, lon lat degrees, edges inside; nil is everywhere
	Kinds  []Kind            // nil is every kind
	Access spatial.Access
}

// wants reports whether the entry has a position that the filter lets through.
func (f *Filter) wants(e *entry) bool {
	return e.known && e.present &&
		(f.BBox == nil || contains(*f.BBox, e.last.Lon, e.last.Lat)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.device.Kind)) &&
		e.device.VisibleTo(f.Access)
}

// Sighting is a device with its last known position.
type Sighting struct {
	Device   *Device
	Position Position
	State    State
}

// AppendFeature appends the sighting as a GeoJSON feature, lon lat in degrees
// (RFC 7946 §4), the device's id as the feature's.
func (s *Sighting) AppendFeature(dst []byte) []byte {
	return appendFeature(dst, s.Device, &s.Position, s.State)
}

// Last returns the last known positions that the filter lets through, ordered
// by device id.
func (h *Hub) Last(f Filter) []Sighting {
	h.mu.RLock()
	var found []Sighting
	h.each(f.BBox, func(e *entry) {
		if f.wants(e) {
			found = append(found, Sighting{e.device, e.last, e.state})
		}
	})
	h.mu.RUnlock()
	slices.SortFunc(found, func(a, b Sighting) int { return cmp.Compare(a.Device.ID, b.Device.ID) })
	return found
}

// each visits every entry that may lie in the box, and others.
func (h *Hub) each(box *spatial.Envelope, visit func(*entry)) {
	if box != nil {
		if topics := topicsAt(*box, snapshotIndex); topics != nil {
			for _, t := range topics {
				for e := range h.coarse[t.cell] {
					visit(e)
				}
			}
			return
		}
	}
	for _, e := range h.entries {
		visit(e)
	}
}
