package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"

	"gisd/spatial"
	"gisd/spatial/live"
)

// dialogue is one conversation with what is known of its peer.
type dialogue struct {
	server       *Server
	conversation live.Conversation
	address      netip.Addr
	identity     string // of the device that speaks
	// apart runs what hands fixes over beside the conversation; nil waits for it.
	apart func(func())
}

var (
	errRefused = errors.New("the device is not approved")
	errTooLong = errors.New("a message is too long")
)

// serve speaks with one connection until it ends.
func (s *Server) serve(ctx context.Context, conn net.Conn, peer netip.Addr) {
	d := &dialogue{server: s, conversation: s.cfg.Converse(peer), address: peer}
	err := d.run(ctx, conn)
	if err == nil || ctx.Err() != nil {
		return
	}
	reason := "protocol"
	switch {
	case errors.Is(err, errRefused):
		reason = "stranger"
	case errors.Is(err, errTooLong):
		reason = "too_long"
	case errors.Is(err, os.ErrDeadlineExceeded):
		reason = "silent"
	case errors.Is(err, errNotTaken):
		reason = "not_taken"
	}
	s.cfg.Metrics.refused(s.cfg.Protocol, reason)
	s.cfg.Log.DebugContext(ctx, "a device's connection ends", "protocol", s.cfg.Protocol, "address", peer, "identity", d.identity, "error", err)
}

// firstBuffer is what a connection begins with; most messages fit.
const firstBuffer = 1 << 10

func (d *dialogue) run(ctx context.Context, conn net.Conn) error {
	cfg := &d.server.cfg
	buffer := make([]byte, 0, firstBuffer)
	if err := conn.SetReadDeadline(cfg.Now().Add(cfg.Greeting)); err != nil {
		return err
	}
	for {
		rest, replies, err := d.feed(ctx, buffer)
		if len(replies) > 0 {
			if err := conn.SetWriteDeadline(cfg.Now().Add(cfg.Write)); err != nil {
				return err
			}
			if _, err := conn.Write(replies); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if len(rest) < len(buffer) {
			if err := conn.SetReadDeadline(cfg.Now().Add(cfg.Idle)); err != nil {
				return err
			}
		}
		buffer = append(buffer[:0], rest...)
		if len(buffer) >= cfg.MaxMessage {
			return errTooLong
		}
		if len(buffer) == cap(buffer) {
			grown := make([]byte, len(buffer), min(2*cap(buffer), cfg.MaxMessage))
			copy(grown, buffer)
			buffer = grown
		}
		n, err := conn.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) && n == 0 {
			return nil
		}
		if err != nil && n == 0 {
			return err
		}
	}
}

var errNotTaken = errors.New("positions were not taken")

// feed reads all whole messages and returns what is left, and what to answer even
// where an error ends the conversation. Fixes whose sender waits for no answer are
// taken together: to take some is to wait for the disk.
func (d *dialogue) feed(ctx context.Context, data []byte) (rest, replies []byte, err error) {
	var fixes []live.Fix
	for len(data) > 0 {
		n, m, err := d.conversation.Read(data)
		if err != nil {
			return data, replies, errors.Join(err, d.take(ctx, fixes))
		}
		if n == 0 {
			break
		}
		data = data[n:]
		if m.Identity != "" && len(fixes) > 0 { // those before are another's
			if err := d.take(ctx, fixes); err != nil {
				return data, append(replies, m.Refusal...), err
			}
			fixes = nil
		}
		if err := d.introduce(m); err != nil {
			return data, append(replies, m.Refusal...), errors.Join(err, d.take(ctx, fixes))
		}
		fixes = append(fixes, m.Fixes...)
		if len(m.Reply) == 0 && len(m.Refusal) == 0 {
			continue
		}
		if err := d.take(ctx, fixes); err != nil {
			return data, append(replies, m.Refusal...), err
		}
		fixes = nil
		replies = append(replies, m.Reply...)
	}
	return data, replies, d.take(ctx, fixes)
}

// introduce notes who speaks, and asks each time whether it may: it may have been
// revoked.
func (d *dialogue) introduce(m live.Message) error {
	if m.Identity != "" {
		d.identity = m.Identity
	}
	if d.identity != "" {
		if _, err := d.server.cfg.Intake.Approved(d.identity, d.address.String()); err != nil {
			return errors.Join(errRefused, err)
		}
	}
	d.server.cfg.Metrics.messages.WithLabelValues(d.server.cfg.Protocol).Inc()
	return nil
}

// take takes fixes in. Strangers among the devices that one connection carries end
// nothing: the others go on.
func (d *dialogue) take(ctx context.Context, fixes []live.Fix) error {
	if len(fixes) == 0 {
		return nil
	}
	s := d.server
	peer := live.Peer{Access: s.access, Identity: d.identity, Address: d.address.String()}
	hand := func() error {
		receipt, err := s.cfg.Intake.Take(ctx, peer, fixes)
		s.cfg.Metrics.report(s.cfg.Protocol, receipt)
		if err == nil {
			return nil
		}
		if spatial.CodeOf(err) == spatial.CodeInternal {
			s.cfg.Log.ErrorContext(ctx, "positions of a device are not taken", "protocol", s.cfg.Protocol, "identity", peer.Identity, "error", err)
		}
		return errors.Join(errNotTaken, err)
	}
	if d.apart == nil {
		return hand()
	}
	d.apart(func() {
		if hand() != nil {
			s.cfg.Metrics.refused(s.cfg.Protocol, "not_taken")
		}
	})
	return nil
}
