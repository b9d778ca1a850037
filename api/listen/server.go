package listen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Intake is where fixes go.
type Intake interface {
	// Approved returns the device of an identity, or CodeForbidden.
	Approved(identity, address string) (*live.Device, error)
	// Take takes fixes in, see live.Intake.Take.
	Take(ctx context.Context, peer live.Peer, fixes []live.Fix) (*live.Receipt, error)
}

// Config of a Server. Zero values of numbers are the defaults given.
type Config struct {
	Protocol string // "teltonika": in the log and in metrics
	Address  string // host:port
	UDP      bool   // datagrams of lines too, on the same port
	// Converse begins a conversation with a peer.
	Converse func(peer netip.Addr) live.Conversation
	Intake   Intake
	Metrics  *Metrics // nil counts nothing
	Log      *slog.Logger
	Now      func() time.Time // time.Now

	Connections int           // in all; 10000
	PerAddress  int           // from one address; 1000: carriers put many trackers behind one
	Peers       int           // addresses that send datagrams, remembered at once; 4096
	MaxMessage  int           // bytes; 16 KiB
	Greeting    time.Duration // until the first message is whole; 30 s
	Idle        time.Duration // between messages; 20 min
	Write       time.Duration // of one reply; 10 s
}

func (c Config) withDefaults() Config {
	c.Connections = cmp.Or(c.Connections, 10_000)
	c.PerAddress = cmp.Or(c.PerAddress, 1000)
	c.Peers = cmp.Or(c.Peers, 4096)
	c.MaxMessage = cmp.Or(c.MaxMessage, 16<<10)
	c.Greeting = cmp.Or(c.Greeting, 30*time.Second)
	c.Idle = cmp.Or(c.Idle, 20*time.Minute)
	c.Write = cmp.Or(c.Write, 10*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Metrics == nil {
		c.Metrics = NewMetrics(prometheus.NewRegistry())
	}
	return c
}

// Server listens on one address for one protocol.
type Server struct {
	cfg    Config
	access spatial.Access
	tcp    net.Listener
	udp    net.PacketConn // nil without

	mu   sync.Mutex
	open map[net.Conn]netip.Addr
	from map[netip.Addr]int
}

// Open begins to listen; Run serves. Close ends a server that never ran.
func Open(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{cfg: cfg, access: spatial.SystemAccess("listener:" + cfg.Protocol), open: map[net.Conn]netip.Addr{}, from: map[netip.Addr]int{}}
	var network net.ListenConfig
	var err error
	if s.tcp, err = network.Listen(ctx, "tcp", cfg.Address); err != nil {
		return nil, fmt.Errorf("listen: %s: %w", cfg.Protocol, err)
	}
	if cfg.UDP {
		if s.udp, err = network.ListenPacket(ctx, "udp", s.tcp.Addr().String()); err != nil {
			return nil, errors.Join(fmt.Errorf("listen: %s: %w", cfg.Protocol, err), s.tcp.Close())
		}
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.tcp.Addr() }

// Close stops listening and ends every connection. It may be called again.
func (s *Server) Close() {
	_ = s.tcp.Close()
	if s.udp != nil {
		_ = s.udp.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		_ = conn.Close()
	}
}

// Run serves until the context ends; every connection has ended when it returns
// nil. It returns an error where listening fails.
func (s *Server) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, s.Close) // of the group's context: accept asks that one why it is closed
	defer stop()
	s.cfg.Log.InfoContext(ctx, "listening for devices", "protocol", s.cfg.Protocol, "address", s.Addr().String())
	group.Go(func() error { return s.accept(ctx) })
	if s.udp != nil {
		group.Go(func() error { return s.datagrams(ctx) })
	}
	return group.Wait()
}

// acceptPause is how long a server waits that has no file descriptors left.
const acceptPause = 50 * time.Millisecond

func (s *Server) accept(ctx context.Context) error {
	var connections sync.WaitGroup
	defer connections.Wait()
	defer s.Close()
	for {
		conn, err := s.tcp.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("listen: %s: %w", s.cfg.Protocol, err)
		case err != nil:
			s.cfg.Log.WarnContext(ctx, "a connection is not accepted", "protocol", s.cfg.Protocol, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(acceptPause):
			}
			continue
		}
		peer := addressOf(conn.RemoteAddr())
		if !s.enter(conn, peer) {
			s.cfg.Metrics.refused(s.cfg.Protocol, "connections")
			_ = conn.Close()
			continue
		}
		connections.Go(func() {
			defer s.leave(conn, peer)
			s.serve(ctx, conn, peer)
		})
	}
}

// enter takes a place for a connection.
func (s *Server) enter(conn net.Conn, peer netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= s.cfg.Connections || s.from[peer] >= s.cfg.PerAddress {
		return false
	}
	s.open[conn] = peer
	s.from[peer]++
	s.cfg.Metrics.connections.WithLabelValues(s.cfg.Protocol).Inc()
	return true
}

func (s *Server) leave(conn net.Conn, peer netip.Addr) {
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
	if s.from[peer]--; s.from[peer] == 0 {
		delete(s.from, peer)
	}
	s.cfg.Metrics.connections.WithLabelValues(s.cfg.Protocol).Dec()
}

func addressOf(a net.Addr) netip.Addr {
	port, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return port.Addr().Unmap().WithZone("")
}
