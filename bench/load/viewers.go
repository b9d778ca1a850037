package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"

	"gisd/spatial/live/livetest"
)

// Viewers are maps that look at a fleet, over server-sent events or, compact, over a
// WebSocket.
type Viewers struct {
	Address string
	Path    func(i int) string // of the stream
	N       int
	Sampled int    // of them, whose frames are read; of the others bytes are counted
	Header  string // more lines of the request, each ending in CRLF
	Compact bool
}

// upgrade asks for a WebSocket (RFC 6455 §4.1, whose example the key is).
const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// Watching is viewers that are connected.
type Watching struct {
	bytes   atomic.Int64
	cancel  context.CancelFunc
	group   sync.WaitGroup
	conns   []net.Conn
	measure atomic.Bool

	mu        sync.Mutex
	positions []time.Duration
	events    []time.Duration
	moved     int   // devices in compact frames
	wire      int64 // bytes of these frames
	ended     error
}

// perAddress is how many viewers share an address: the server takes 200.
const perAddress = 150

// Watch connects all of them, from addresses of loopback.
func (v Viewers) Watch(ctx context.Context) (*Watching, error) {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watching{cancel: cancel}
	for i := range v.N {
		n := i / perAddress
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+n/200), byte(1+n%200))}}
		conn, err := d.DialContext(ctx, "tcp", v.Address)
		if err != nil {
			w.Close()
			return nil, err
		}
		w.conns = append(w.conns, conn)
		header, read := v.Header, w.read
		if v.Compact {
			header, read = header+upgrade, w.readCompact
		}
		if i >= v.Sampled {
			read = w.drain
		}
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n%s\r\n", v.Path(i), v.Address, header); err != nil {
			w.Close()
			return nil, err
		}
		w.group.Go(func() {
			if err := read(conn); err != nil && ctx.Err() == nil {
				w.mu.Lock()
				w.ended = errors.Join(w.ended, fmt.Errorf("load: viewer %d: %w", i, err))
				w.mu.Unlock()
				cancel()
			}
		})
	}
	return w, nil
}

// Measure begins anew, or ends, to keep what is read.
func (w *Watching) Measure(on bool) {
	w.mu.Lock()
	w.positions, w.events, w.moved, w.wire = nil, nil, 0, 0
	w.mu.Unlock()
	w.bytes.Store(0)
	w.measure.Store(on)
}

// Bytes are those read since Measure.
func (w *Watching) Bytes() int64 { return w.bytes.Load() }

// Positions says how long after their time positions were in the frames of those
// sampled, since Measure.
func (w *Watching) Positions() Latency {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sum(w.positions)
}

// Events says the same of provisional events.
func (w *Watching) Events() Latency {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sum(w.events)
}

// PerDevice is how many bytes a compact frame has for each device that moved.
func (w *Watching) PerDevice() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return float64(w.wire) / float64(max(1, w.moved))
}

// Err is why viewers were cut off, nil while none was.
func (w *Watching) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// Close ends all of them.
func (w *Watching) Close() {
	w.cancel()
	for _, conn := range w.conns {
		_ = conn.Close()
	}
	w.group.Wait()
}

func (w *Watching) drain(conn net.Conn) error {
	buffer := make([]byte, 2<<10)
	for {
		n, err := conn.Read(buffer)
		w.bytes.Add(int64(n))
		if err != nil {
			return err
		}
	}
}

// skipHead reads to the end of an answer's header.
func skipHead(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
	}
}

const binaryMessage = 2

// readCompact takes messages of a WebSocket apart (RFC 6455 §5.2); a server's are not
// masked, and these are whole.
func (w *Watching) readCompact(conn net.Conn) error {
	in := bufio.NewReader(counted{conn, &w.bytes})
	if err := skipHead(in); err != nil {
		return err
	}
	var m livetest.Map
	for {
		var head [10]byte
		if _, err := io.ReadFull(in, head[:2]); err != nil {
			return err
		}
		size, extra := uint64(head[1]), 0
		switch size {
		case 126:
			extra = 2
		case 127:
			extra = 8
		}
		if _, err := io.ReadFull(in, head[2:2+extra]); err != nil {
			return err
		}
		if extra > 0 {
			size = 0
			for _, b := range head[2 : 2+extra] {
				size = size<<8 | uint64(b)
			}
		}
		message := make([]byte, size)
		if _, err := io.ReadFull(in, message); err != nil {
			return err
		}
		if head[0]&15 != binaryMessage {
			continue
		}
		if err := m.Apply(message); err != nil {
			return err
		}
		if w.measure.Load() {
			w.mu.Lock()
			w.moved, w.wire = w.moved+m.Moved, w.wire+int64(2+extra+len(message))
			w.mu.Unlock()
		}
	}
}

// read takes frames apart.
func (w *Watching) read(conn net.Conn) error {
	in := bufio.NewReader(counted{conn, &w.bytes})
	if err := skipHead(in); err != nil {
		return err
	}
	lines := bufio.NewScanner(httputil.NewChunkedReader(in))
	lines.Buffer(nil, 16<<20)
	name := ""
	for lines.Scan() {
		line := lines.Bytes()
		if text, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			name = string(text)
		}
		if text, ok := bytes.CutPrefix(line, []byte("data: ")); ok && w.measure.Load() {
			w.frame(name, text, time.Now())
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

func (w *Watching) frame(name string, text []byte, now time.Time) {
	var f struct {
		Positions []struct{ Time time.Time }
		Events    []struct {
			Time       time.Time
			Status     string
			Correction bool
		}
	}
	if name != "positions" && name != "events" || json.Unmarshal(text, &f) != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range f.Positions {
		w.positions = append(w.positions, now.Sub(p.Time))
	}
	for _, e := range f.Events {
		if e.Status == "provisional" && !e.Correction {
			w.events = append(w.events, now.Sub(e.Time))
		}
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}
