package load

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Publishers are devices that publish their positions over MQTT 3.1.1 with QoS 1, each
// over a connection of its own and evenly in time.
type Publishers struct {
	Address, Key string
	Fleet        *Fleet // a connection for each device
	PerSecond    int    // of all
	Window       int    // messages of a connection that are not acknowledged; one that is full sends later
	Duration     time.Duration
}

// Published is what publishing came to.
type Published struct {
	Sent, Acknowledged int64
	Late               int64   // were sent later than their turn, since the window was full
	Waited             Latency // from sending to the acknowledgement
	Seconds            float64
}

// Run publishes until the duration is over, and waits for the last acknowledgements.
func (p Publishers) Run(ctx context.Context) (Published, error) {
	lines := make([]*publisher, p.Fleet.Len())
	for i := range lines {
		line, err := p.connect(ctx, i)
		if err != nil {
			return Published{}, err
		}
		defer line.close()
		lines[i] = line
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	every := time.Duration(float64(time.Second) * float64(len(lines)) / float64(p.PerSecond))
	start := time.Now().Add(100 * time.Millisecond)
	errs := make([]error, 2*len(lines))
	var senders, readers sync.WaitGroup
	for i, line := range lines {
		readers.Go(func() { errs[2*i] = line.listen() })
		senders.Go(func() {
			errs[2*i+1] = line.send(ctx, p, start.Add(every*time.Duration(i)/time.Duration(len(lines))), every)
		})
	}
	senders.Wait()
	r := Published{Seconds: time.Since(start).Seconds()}
	for _, line := range lines {
		line.end()
	}
	readers.Wait()
	var waited []time.Duration
	for _, line := range lines {
		r.Sent, r.Acknowledged, r.Late = r.Sent+line.sent, r.Acknowledged+line.acknowledged.Load(), r.Late+line.late
		waited = append(waited, line.waited...)
	}
	r.Waited = sum(waited)
	return r, errors.Join(errs...)
}

// publisher is one connection.
type publisher struct {
	device int
	conn   net.Conn
	room   chan time.Time // when the messages were sent that are not acknowledged
	packet []byte

	sent, late   int64
	acknowledged atomic.Int64
	waited       []time.Duration
}

func (p Publishers) connect(ctx context.Context, device int) (*publisher, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.Address)
	if err != nil {
		return nil, err
	}
	name := DeviceName(device)
	body := append(text(nil, "MQTT"), 4, 0xC2, 0, 0) // 3.1.1; name, password, clean session; no keep-alive
	body = text(text(text(body, name), name), p.Key)
	packet := append(binary.AppendUvarint([]byte{0x10}, uint64(len(body))), body...)
	if _, err := conn.Write(packet); err != nil {
		return nil, err
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil || answer[0] != 0x20 || answer[3] != 0 {
		_ = conn.Close()
		return nil, fmt.Errorf("load: MQTT connection refused: % x: %w", answer, err)
	}
	return &publisher{device: device, conn: conn, room: make(chan time.Time, p.Window)}, nil
}

// text appends a string as MQTT has it (MQTT 3.1.1 §1.5.3).
func text(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(s))), s...)
}

func (l *publisher) send(ctx context.Context, p Publishers, first time.Time, every time.Duration) error {
	end := first.Add(p.Duration)
	for turn := first; turn.Before(end); turn = turn.Add(every) {
		if wait := time.Until(turn); wait > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
			}
		}
		if len(l.room) == cap(l.room) {
			l.late++
		}
		now := time.Now()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l.room <- now:
		case <-time.After(patience):
			return fmt.Errorf("load: no acknowledgement for %v", patience)
		}
		if err := l.publish(p.Fleet, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

const topic = "gisd/positions"

// publish writes a PUBLISH packet of QoS 1 (MQTT 3.1.1 §3.3); its length has two bytes.
func (l *publisher) publish(f *Fleet, now time.Time) error {
	l.sent++
	l.packet = append(l.packet[:0], 0x32, 0, 0)
	l.packet = text(l.packet, topic)
	l.packet = binary.BigEndian.AppendUint16(l.packet, uint16(l.sent%65535)+1)
	l.packet = f.AppendPosition(l.packet, l.device, now)
	n := len(l.packet) - 3
	l.packet[1], l.packet[2] = byte(n)|0x80, byte(n>>7)
	_, err := l.conn.Write(l.packet)
	return err
}

// listen reads acknowledgements, which come in the order of the messages.
func (l *publisher) listen() error {
	in := bufio.NewReaderSize(l.conn, 64)
	var answer [4]byte
	for {
		if _, err := io.ReadFull(in, answer[:]); err != nil {
			if _, ended := errors.AsType[net.Error](err); ended && len(l.room) == 0 {
				return nil
			}
			return fmt.Errorf("load: MQTT connection of device %d: %w", l.device, err)
		}
		if answer[0] != 0x40 {
			return fmt.Errorf("load: not an acknowledgement: % x", answer)
		}
		l.waited = append(l.waited, time.Since(<-l.room))
		l.acknowledged.Add(1)
	}
}

// end has listen return once everything is acknowledged.
func (l *publisher) end() {
	for deadline := time.Now().Add(patience); len(l.room) > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	_ = l.conn.SetReadDeadline(time.Now())
}

func (l *publisher) close() { _ = l.conn.Close() }
