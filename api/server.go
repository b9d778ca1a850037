package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// What a client may take its time for. A stream moves its own write deadline
// with each frame.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 2 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Server answers HTTP. Make one with New; Run it once.
type Server struct {
	cfg     Config
	echo    *echo.Echo
	handler http.Handler
}

// New builds the router. It fails where a file of the map cannot be read or the
// OpenAPI document is broken.
func New(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	e, handler, err := newRouter(cfg)
	if err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, echo: e, handler: handler}, nil
}

// Handler is the whole server as one handler, for tests.
func (s *Server) Handler() http.Handler { return s.handler }

// Routes lists what the router answers.
func (s *Server) Routes() []*echo.Route { return s.echo.Routes() }

// Run listens and serves until the context ends. Then streams close, requests
// in progress finish, and Run returns; nil means that all of them did.
func (s *Server) Run(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return cannotListen(s.cfg.Listen, err)
	}
	return s.Serve(ctx, l)
}

// cannotListen says what to do about an address that is taken, reserved or of
// another machine.
func cannotListen(address string, err error) error {
	message := fmt.Sprintf("another program listens on %s: stop it, or choose another address with --listen (GISD_LISTEN)", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		reason := err
		if op, ok := errors.AsType[*net.OpError](err); ok {
			reason = op.Err
		}
		message = fmt.Sprintf("this server cannot listen on %s (%v): choose another address with --listen (GISD_LISTEN)", address, reason)
	}
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: "api: listen", Message: message, Err: err}
}

// Serve is Run on a listener that is there already; it closes it.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       withConn,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	if s.cfg.TLSCert != "" {
		certificate, err := tls.LoadX509KeyPair(s.cfg.TLSCert, s.cfg.TLSKey)
		if err != nil {
			_ = l.Close()
			return fmt.Errorf("api: load certificate: %w", err)
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	s.cfg.Log.InfoContext(ctx, "ready", "address", l.Addr().String())
	served := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			served <- server.ServeTLS(l, "", "")
			return
		}
		served <- server.Serve(wholeListener{l})
	}()
	select {
	case err := <-served:
		return fmt.Errorf("api: serve: %w", err)
	case <-ctx.Done():
	}
	for _, stop := range s.cfg.StopStreams {
		stop()
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.ShutdownTimeout)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = errors.Join(fmt.Errorf("api: requests did not finish within %v: %w", s.cfg.ShutdownTimeout, err), server.Close())
	}
	<-served
	return err
}
