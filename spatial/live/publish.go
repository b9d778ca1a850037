package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// busMessage is what nodes tell each other, at each tick.
type busMessage struct {
	Epoch     string
	Positions []Position
}

// publishWithin bounds how long one message may take: a bus that does not answer
// holds up neither the ticks nor the end of the hub.
const publishWithin = 2 * time.Second

// outgoing is what the other nodes are to hear: of each device the newest
// position, however long the bus takes. It is safe for goroutines.
type outgoing struct {
	mu    sync.Mutex
	of    map[string]Position
	ready chan struct{} // holds one while there is something
}

func newOutgoing() *outgoing {
	return &outgoing{of: map[string]Position{}, ready: make(chan struct{}, 1)}
}

func (o *outgoing) add(positions []Position) {
	if len(positions) == 0 {
		return
	}
	o.mu.Lock()
	for _, p := range positions {
		o.of[p.Device] = p
	}
	o.mu.Unlock()
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

func (o *outgoing) take() []Position {
	o.mu.Lock()
	defer o.mu.Unlock()
	positions := make([]Position, 0, len(o.of))
	for _, p := range o.of {
		positions = append(positions, p)
	}
	clear(o.of)
	return positions
}

// publishLoop tells the other nodes what changed here until the context ends. An
// outage of the bus is logged once; what could not be told is lost, and the others
// read it from the source when they are connected again.
func (h *Hub) publishLoop(ctx context.Context) error {
	told := true
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.outgoing.ready:
		}
		positions := h.outgoing.take()
		err := h.publish(ctx, positions)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && told {
			h.cfg.Log.WarnContext(ctx, "live: the other nodes are not told of positions", "positions", len(positions), "error", err)
		}
		told = err == nil
	}
}

func (h *Hub) publish(ctx context.Context, positions []Position) error {
	message, err := json.Marshal(busMessage{Epoch: h.cfg.Epoch, Positions: positions})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, publishWithin)
	defer cancel()
	return h.cfg.Bus.Publish(ctx, message)
}

func (h *Hub) receive(message []byte) {
	var m busMessage
	if err := json.Unmarshal(message, &m); err != nil {
		h.cfg.Log.Warn("live: a message of another node cannot be read", "error", err)
		return
	}
	if m.Epoch != h.cfg.Epoch {
		h.update(m.Positions, false)
	}
}
