package served

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// readyWithin bounds the making of the cluster and of the demo province.
const readyWithin = 5 * time.Minute

// Config says what to run.
type Config struct {
	Program string   // gisd
	Work    string   // folder for the data, in var, and the log; it is made
	Args    []string // more flags of `gisd up`
}

// Site is a server that runs. Not safe for concurrent use.
type Site struct {
	Address string // http://127.0.0.1:PORT
	DataDir string

	cmd  *exec.Cmd
	log  *os.File
	done chan error
}

// Up starts `gisd up` on a free port of this machine and returns once it is
// ready. The limit of requests is out of the way.
func Up(ctx context.Context, c Config) (*Site, error) {
	s := &Site{DataDir: filepath.Join(c.Work, "var"), done: make(chan error, 1)}
	if err := os.MkdirAll(s.DataDir, 0o755); err != nil {
		return nil, err
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s.Address = "http://" + listen
	if s.log, err = os.Create(filepath.Join(c.Work, "server.log")); err != nil {
		return nil, err
	}
	args := append([]string{"up", "--data-dir", s.DataDir, "--listen", listen, "--rate-limit", "0"}, c.Args...)
	s.cmd = exec.CommandContext(ctx, c.Program, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 30 * time.Second
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, s.log.Close())
	}
	go func() { s.done <- s.cmd.Wait() }()
	deadline := time.After(readyWithin)
	for !s.ready(ctx) {
		select {
		case err := <-s.done:
			return nil, errors.Join(fmt.Errorf("gisd up ended: %w; see %s", err, s.log.Name()), s.log.Close())
		case <-deadline:
			return nil, errors.Join(fmt.Errorf("gisd up is not ready after %s; see %s", readyWithin, s.log.Name()), s.Stop())
		case <-time.After(100 * time.Millisecond):
		}
	}
	return s, nil
}

func (s *Site) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Address+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// Stop ends the server as a service manager would.
func (s *Site) Stop() error {
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	return errors.Join(err, <-s.done, s.log.Close())
}

// freeAddress is one of this machine that nobody listens on. Its port lies below
// those that Linux gives to connections (32768 and on): until the server listens,
// one of these could have it.
func freeAddress() (string, error) {
	var failed error
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12_000+rand.IntN(20_000)))
		if err == nil {
			return l.Addr().String(), l.Close()
		}
		failed = err
	}
	return "", failed
}
