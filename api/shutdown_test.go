package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// Streams are told to stop before the server waits for requests in progress.
func TestShutdown(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	entered := make(chan struct{})
	cfg := config()
	cfg.Streams = []string{"/stream"}
	cfg.StopStreams = []func(){func() { close(stop) }}
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/stream", func(c echo.Context) error {
			close(entered)
			<-stop
			return c.String(http.StatusOK, "bye")
		})
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server(t, cfg).Serve(ctx, l) }()
	body := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String() + "/stream")
		if err != nil {
			body <- err.Error()
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		body <- string(text)
	}()
	<-entered
	cancel()
	if got := <-body; got != "bye" {
		t.Errorf("the stream ended with %q", got)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the server did not stop")
	}
	if _, err := http.Get("http://" + l.Addr().String() + "/healthz"); err == nil {
		t.Error("the server still answers")
	}
}

// A server that cannot listen says what to do, and does not say that it is ready.
func TestTakenAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var log bytes.Buffer
	cfg := config()
	cfg.Listen = l.Addr().String()
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	err = server(t, cfg).Run(t.Context())
	e, ok := errors.AsType[*spatial.Error](err)
	if !ok || !strings.Contains(e.Message, "another program listens on "+cfg.Listen) || !strings.Contains(e.Message, "--listen") {
		t.Errorf("%v", err)
	}
	cfg.Listen = "192.0.2.1:1" // RFC 5737: nobody's
	err = server(t, cfg).Run(t.Context())
	if e, ok := errors.AsType[*spatial.Error](err); !ok || !strings.Contains(e.Message, "cannot assign") || !strings.Contains(e.Message, "GISD_LISTEN") {
		t.Errorf("%v", err)
	}
	if log.Len() > 0 {
		t.Errorf("log: %s", &log)
	}
}

// Text is compressed on the way; tiles carry their own compression.
