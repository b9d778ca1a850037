package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// maxDatagram is what UDP carries.
const maxDatagram = 64 << 10

// speaker is a peer that sends datagrams.
type speaker struct {
	dialogue
	seen time.Time
}

// atOnce is how many datagrams wait for the disk at the same time.
const atOnce = 64

// datagrams takes lines, one or several in a datagram, until the context ends. Peers
// have no connection: each address has a conversation of its own, forgotten when it
// falls silent. Nothing is answered.
func (s *Server) datagrams(ctx context.Context) error {
	var handing sync.WaitGroup
	defer handing.Wait()
	places := make(chan struct{}, atOnce)
	apart := func(hand func()) {
		places <- struct{}{}
		handing.Go(func() {
			defer func() { <-places }()
			hand()
		})
	}
	speakers := map[netip.AddrPort]*speaker{}
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := s.udp.ReadFrom(buffer)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("listen: %s: %w", s.cfg.Protocol, err)
		case err != nil:
			continue // an earlier reply could not be delivered: some systems say so here
		}
		address, err := netip.ParseAddrPort(from.String())
		if err != nil {
			continue
		}
		now := s.cfg.Now()
		p := speakers[address]
		if p == nil {
			if len(speakers) >= s.cfg.Peers {
				s.forget(speakers, now)
			}
			peer := addressOf(from)
			p = &speaker{dialogue: dialogue{server: s, conversation: s.cfg.Converse(peer), address: peer, apart: apart}}
			speakers[address] = p
		}
		p.seen = now
		line := append(buffer[:n:n], '\n') // datagrams need not end their last line
		if _, _, err := p.feed(ctx, line); err != nil && ctx.Err() == nil {
			s.cfg.Metrics.refused(s.cfg.Protocol, "datagram")
			delete(speakers, address)
		}
	}
}

// forget makes room: of those silent for five minutes, else of all.
func (s *Server) forget(speakers map[netip.AddrPort]*speaker, now time.Time) {
	const silent = 5 * time.Minute
	for address, p := range speakers {
		if now.Sub(p.seen) > silent {
			delete(speakers, address)
		}
	}
	if len(speakers) >= s.cfg.Peers {
		clear(speakers)
	}
}
