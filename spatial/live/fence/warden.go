package fence

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/paulmach/orb/encoding/wkb"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Stored is a rule as a Source has it.
type Stored struct {
	Definition
	ChangedAt time.Time
	Outlines  []Outline
}

// Outline is a fence before it is made ready: WKB in SRID 4326, x first.
type Outline struct {
	ID    string
	Limit float64 // km/h, for rules on speed
	WKB   []byte
}

// Source keeps rules and events.
type Source interface {
	Rules(ctx context.Context) ([]Stored, error)
	// WatchRules calls changed once it listens and whenever the rules or what they
	// are made of may have changed, until the context ends, and then returns nil.
	WatchRules(ctx context.Context, changed func()) error
	// Record keeps events: of one name the last.
	Record(ctx context.Context, events []Event) error
}

// Positions has what devices reported.
type Positions interface {
	// Recent are the last positions of each device that are not older, by time.
	Recent(ctx context.Context, since time.Time) ([]live.Position, error)
}

// WardenConfig wires a Warden. Source, Positions and Engine.Device are required.
type WardenConfig struct {
	Engine    Config
	Source    Source
	Positions Positions
	Tell      func([]Event) // hears of events at once; must not block, nor keep them
	// Took hears how long after the receipt of a report so many provisional events of it
	// were told; nil for nobody. It must not block.
	Took func(d time.Duration, events int)
	Now  func() time.Time // time.Now
	Log  *slog.Logger     // discards
}

// Warden holds what comes in against the rules that are kept, tells of events at
// once and has them recorded within a moment. It is safe for goroutines.
type Warden struct {
	cfg    WardenConfig
	change chan struct{}

	mu      sync.Mutex
	engine  *Engine
	rules   int
	made    map[string]made // by rule
	waiting []Event         // to be recorded
	taken   int             // of them, being recorded
	lost    int
}

// made is a rule as it was made ready, and of what.
type made struct {
	sum  uint64
	rule *Rule
}

// NewWarden returns a warden without rules; Load or Run reads them.
func NewWarden(c WardenConfig) *Warden {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Warden{cfg: c, engine: NewEngine(c.Engine), change: make(chan struct{}, 1), made: map[string]made{}}
}

// Reported takes positions in; see live.Intake.
func (w *Warden) Reported(positions []live.Position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rules == 0 || len(positions) == 0 {
		return
	}
	events := w.engine.Apply(positions, w.cfg.Now())
	w.note(events)
	if w.cfg.Took == nil || positions[0].ReceivedAt.IsZero() {
		return
	}
	found := 0
	for i := range events {
		if events[i].Status == Provisional {
			found++
		}
	}
	if found > 0 {
		w.cfg.Took(w.cfg.Now().Sub(positions[0].ReceivedAt), found)
	}
}

// maxWaiting bounds the events that wait to be recorded while the database is away.
const maxWaiting = 100_000

func (w *Warden) note(events []Event) {
	if len(events) == 0 {
		return
	}
	if w.cfg.Tell != nil {
		w.cfg.Tell(events)
	}
	w.waiting = append(w.waiting, events...)
	if extra := len(w.waiting) - maxWaiting; extra > 0 {
		w.waiting = slices.Delete(w.waiting, w.taken, w.taken+extra)
		w.lost += extra
	}
}

// Changed says that the rules, or what their fences are made of, may have changed.
// It does not block.
func (w *Warden) Changed() {
	select {
	case w.change <- struct{}{}:
	default:
	}
}

// Edited says that features of these collections changed. It does not block.
func (w *Warden) Edited(changes []spatial.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.made {
		if slices.ContainsFunc(changes, func(c spatial.Change) bool { return c.Collection == m.rule.Collection }) {
			w.Changed()
			return
		}
	}
}

const (
	recordEvery = 100 * time.Millisecond
	settleEvery = time.Second
	reloadPause = 300 * time.Millisecond // gathers a burst of changes
	retryPause  = 2 * time.Second
)

// Run follows the rules, makes events final as time passes and records them, until
// the context ends; then it records the rest.
func (w *Warden) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.cfg.Source.WatchRules(ctx, w.Changed) })
	group.Go(func() error { return w.reload(ctx) })
	group.Go(func() error {
		settle := time.NewTicker(settleEvery)
		defer settle.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-settle.C:
				w.mu.Lock()
				w.note(w.engine.Advance(w.cfg.Now()))
				w.mu.Unlock()
			}
		}
	})
	group.Go(func() error { return w.record(ctx) })
	return group.Wait()
}

func (w *Warden) reload(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.change:
		}
		pause := reloadPause
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
			err := w.Load(ctx)
			if err == nil || ctx.Err() != nil {
				break
			}
			w.cfg.Log.WarnContext(ctx, "the rules of devices cannot be read, trying again", "error", err)
			pause = retryPause
		}
	}
}

// Load reads the rules and puts those that changed in force. Where there were none,
// the devices' last positions come first, so that events follow on what was before.
func (w *Warden) Load(ctx context.Context) error {
	stored, err := w.cfg.Source.Rules(ctx)
	if err != nil {
		return fmt.Errorf("fence: load rules: %w", err)
	}
	w.mu.Lock()
	first := len(w.made) == 0
	idle, before := w.rules == 0, w.made
	w.mu.Unlock()
	after, rules := map[string]made{}, []*Rule{}
	for i := range stored {
		m, err := w.ready(&stored[i], before[stored[i].ID], first)
		if err != nil {
			w.cfg.Log.WarnContext(ctx, "a rule of devices cannot be used", "rule", stored[i].ID, "error", err)
			continue
		}
		after[stored[i].ID] = m
		if !stored[i].Disabled {
			rules = append(rules, m.rule)
		}
	}
	var recent []live.Position
	if idle && len(rules) > 0 {
		horizon := w.cfg.Engine.Horizon
		if horizon == 0 {
			horizon = defaultHorizon
		}
		if recent, err = w.cfg.Positions.Recent(ctx, w.cfg.Now().Add(-horizon)); err != nil {
			return fmt.Errorf("fence: load last positions: %w", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made, w.rules = after, len(rules)
	w.engine.SetRules(rules)
	w.note(w.engine.Apply(recent, w.cfg.Now()))
	return nil
}

// ready makes a rule ready, unless it is what it was. A rule begins when it was
// written; one whose fences changed, now.
func (w *Warden) ready(s *Stored, before made, first bool) (made, error) {
	sum, err := s.sum()
	if err != nil {
		return made{}, err
	}
	if before.rule != nil && before.sum == sum {
		return before, nil
	}
	r, err := s.Rule()
	if err != nil {
		return made{}, err
	}
	r.Revision, r.From = int64(sum&math.MaxInt64), s.ChangedAt
	if !first && before.rule != nil {
		r.From = w.cfg.Now()
	}
	for _, o := range s.Outlines {
		g, err := wkb.Unmarshal(o.WKB)
		if err != nil {
			return made{}, fmt.Errorf("fence %s: %w", o.ID, err)
		}
		if shape := NewShape(g); shape != nil {
			r.Fences = append(r.Fences, Fence{ID: o.ID, Limit: o.Limit, Shape: shape})
		}
	}
	return made{sum, r}, nil
}

// sum tells rules and their fences from others.
func (s *Stored) sum() (uint64, error) {
	h := fnv.New64a()
	text, err := json.Marshal(s.Definition)
	if err != nil {
		return 0, err
	}
	write := func(b []byte) {
		_ = binary.Write(h, binary.BigEndian, int64(len(b)))
		_, _ = h.Write(b)
	}
	write(text)
	_ = binary.Write(h, binary.BigEndian, s.ChangedAt.UnixMicro())
	for _, o := range s.Outlines {
		_, _ = io.WriteString(h, o.ID)
		_ = binary.Write(h, binary.BigEndian, o.Limit)
		write(o.WKB)
	}
	return h.Sum64(), nil
}
