package live

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Stranger is a device that nobody has approved yet. Nothing that it says is kept
// but that it called.
type Stranger struct {
	Identity string
	Address  string // where it called from last
	First    time.Time
	Last     time.Time
	Messages int64
}

// Quarantine keeps strangers for people to decide on. It is bounded by itself.
type Quarantine interface {
	// Note adds to what is known of each stranger: messages are counted on, times
	// widened.
	Note(ctx context.Context, strangers []Stranger) error
}

// lobbyRoom bounds the strangers in memory between two writes.
const lobbyRoom = 1000

// lobbyPause is how often strangers are written.
const lobbyPause = 2 * time.Second

// Lobby gathers strangers and hands them to the quarantine. It is safe for
// goroutines, and never blocks a caller.
type Lobby struct {
	quarantine Quarantine
	log        *slog.Logger

	mu      sync.Mutex
	waiting map[string]*Stranger
	dropped int64
}

// NewLobby returns an empty one; it writes while Run runs.
func NewLobby(q Quarantine, log *slog.Logger) *Lobby {
	return &Lobby{quarantine: q, log: log, waiting: map[string]*Stranger{}}
}

// Note counts a message of a stranger. Beyond 1,000 strangers in two seconds the
// others are dropped, and counted.
func (l *Lobby) Note(identity, address string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.waiting[identity]
	if s == nil {
		if len(l.waiting) >= lobbyRoom {
			l.dropped++
			return
		}
		s = &Stranger{Identity: identity, First: now}
		l.waiting[identity] = s
	}
	s.Address, s.Last = address, now
	s.Messages++
}

// Dropped counts messages of strangers for whom there was no room.
func (l *Lobby) Dropped() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Run writes until the context ends, and returns nil. What cannot be written is
// let go: a stranger calls again.
func (l *Lobby) Run(ctx context.Context) error {
	ticker := time.NewTicker(lobbyPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := l.Flush(ctx); err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "devices in quarantine are not noted", "error", err)
		}
	}
}

// Flush writes what waits, by identity.
func (l *Lobby) Flush(ctx context.Context) error {
	l.mu.Lock()
	strangers := make([]Stranger, 0, len(l.waiting))
	for _, s := range l.waiting {
		strangers = append(strangers, *s)
	}
	clear(l.waiting)
	l.mu.Unlock()
	if len(strangers) == 0 {
		return nil
	}
	slices.SortFunc(strangers, func(a, b Stranger) int { return strings.Compare(a.Identity, b.Identity) })
	return l.quarantine.Note(ctx, strangers)
}
