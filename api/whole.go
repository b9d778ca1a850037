package api

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// net/http writes through a buffer of 4 KiB: what is larger leaves in two pieces,
// each with a system call here and a wake-up there. For an answer that comes in
// one Write the connection keeps the first piece until the second is there, and
// sends both at once.
const pieceSize = 4 << 10

// wholeListener accepts connections that can do so.
type wholeListener struct{ net.Listener }

func (l wholeListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &wholeConn{TCPConn: tcp}, err
	}
	return c, err
}

// wholeConn is written to by one goroutine at a time, as net/http does.
type wholeConn struct {
	*net.TCPConn
	awaits bool // the next piece belongs to an answer of more than one
	first  []byte
	both   net.Buffers
	due    time.Time // of writing, as the connection has it
}

// Write keeps a full buffer of net/http's back where more is certain to follow.
func (c *wholeConn) Write(b []byte) (int, error) {
	if c.awaits {
		c.awaits = false
		if len(b) == pieceSize {
			c.first = append(c.first[:0], b...)
			return len(b), nil
		}
	}
	if len(c.first) == 0 {
		return c.TCPConn.Write(b)
	}
	before := int64(len(c.first))
	c.both = append(c.both[:0], c.first, b)
	c.first = c.first[:0]
	pieces := c.both // WriteTo takes them off one by one
	n, err := c.both.WriteTo(c.TCPConn)
	clear(pieces)
	c.both = pieces[:0]
	return int(max(n-before, 0)), err
}

// SetWriteDeadline moves the deadline in steps of a second: net/http moves it by
// as much as has passed with every request, which costs more than it is worth.
func (c *wholeConn) SetWriteDeadline(t time.Time) error {
	if ahead := t.Sub(c.due); !c.due.IsZero() && ahead >= 0 && ahead < time.Second {
		return nil
	}
	c.due = t
	return c.TCPConn.SetWriteDeadline(t)
}

// SetDeadline sets that of writing too.
func (c *wholeConn) SetDeadline(t time.Time) error {
	c.due = t
	return c.TCPConn.SetDeadline(t)
}

type connKey struct{}

// withConn lets handlers find their connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if whole, ok := c.(*wholeConn); ok {
		return context.WithValue(ctx, connKey{}, whole)
	}
	return ctx
}

// wholeWriter is for answers that come in one Write.
type wholeWriter struct {
	http.ResponseWriter
	conn *wholeConn
}

// Write announces what does not fit the buffer: a piece that fills it is then
// always followed by another.
func (w *wholeWriter) Write(b []byte) (int, error) {
	w.conn.awaits = len(b) >= pieceSize
	return w.ResponseWriter.Write(b)
}

// wholeWriters keeps them for the next request.
type wholeWriters struct{ pool sync.Pool }

// get is w where the connection is none of ours.
func (p *wholeWriters) get(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	conn, ok := r.Context().Value(connKey{}).(*wholeConn)
	if !ok {
		return w
	}
	whole, _ := p.pool.Get().(*wholeWriter)
	if whole == nil {
		whole = &wholeWriter{}
	}
	whole.ResponseWriter, whole.conn = w, conn
	return whole
}

func (p *wholeWriters) put(w http.ResponseWriter) {
	if whole, ok := w.(*wholeWriter); ok {
		*whole = wholeWriter{}
		p.pool.Put(whole)
	}
}
