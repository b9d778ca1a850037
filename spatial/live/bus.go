package live

import (
	"context"
	"sync"
)

// Bus carries small messages between the nodes that serve one database. It is
// at most once: a message may be lost while a node is cut off, and the node is
// then told of a gap. Messages of one publisher arrive in order.
type Bus interface {
	// Publish hands the message to every node, the publishing one included.
	Publish(ctx context.Context, message []byte) error
	// Subscribe calls the listener, from one goroutine, until the context ends,
	// and then returns nil. It reconnects by itself.
	Subscribe(ctx context.Context, l BusListener) error
}

// BusListener receives from a Bus. Message must not be kept nor changed.
type BusListener struct {
	Message func(message []byte)
	Gap     func() // messages may have been lost since the last call; also called when first connected
}

// LocalBus is the Bus of nodes within one process; its zero value is ready.
type LocalBus struct {
	mu        sync.Mutex
	listeners map[*localQueue]struct{}
}

// localQueueLength bounds what a slow listener has waiting; beyond it messages
// are dropped and the listener is told of a gap.
const localQueueLength = 256

type localQueue struct {
	messages chan []byte
	gap      chan struct{}
}

// Publish implements Bus; it never blocks.
func (b *LocalBus) Publish(_ context.Context, message []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for q := range b.listeners {
		select {
		case q.messages <- message:
		default:
			select {
			case q.gap <- struct{}{}:
			default:
			}
		}
	}
	return nil
}

// Subscribe implements Bus.
func (b *LocalBus) Subscribe(ctx context.Context, l BusListener) error {
	q := &localQueue{messages: make(chan []byte, localQueueLength), gap: make(chan struct{}, 1)}
	b.mu.Lock()
	if b.listeners == nil {
		b.listeners = make(map[*localQueue]struct{})
	}
	b.listeners[q] = struct{}{}
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.listeners, q)
		b.mu.Unlock()
	}()
	l.Gap()
	for {
		select {
		case <-ctx.Done():
			return nil
		case message := <-q.messages:
			l.Message(message)
		case <-q.gap:
			l.Gap()
		}
	}
}
