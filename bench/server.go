package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is a program that answers over HTTP on a port of loopback.
type server struct {
	address string // host:port
	cmd     *exec.Cmd
	log     *os.File
	done    chan error
}

// freePort is a port of loopback that nobody listens on now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// startServer runs a program, whose output goes to a log in the work folder,
// with more environment, and returns once it answers the path with 200.
func startServer(ctx context.Context, o options, address, ready string, env []string, name string, args ...string) (*server, error) {
	log, err := os.Create(filepath.Join(o.work, filepath.Base(name)+".log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = o.work, log, log, append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		_ = log.Close()
		return nil, err
	}
	s := &server{address: address, cmd: cmd, log: log, done: make(chan error, 1)}
	go func() { s.done <- cmd.Wait() }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get("http://" + address + ready); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return s, nil
			}
		}
		select {
		case err := <-s.done:
			s.done <- err
			_ = s.stop()
			return nil, fmt.Errorf("%s ended: %w: see %s", name, err, log.Name())
		case <-ctx.Done():
			_ = s.stop()
			return nil, ctx.Err()
		default:
		}
		if time.Now().After(deadline) {
			_ = s.stop()
			return nil, fmt.Errorf("%s is not ready: see %s", name, log.Name())
		}
	}
}

// stop ends the program as a service manager would, and returns its peak memory.
func (s *server) stop() (peak float64) {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	_ = s.log.Close()
	return peakMiB(s.cmd.ProcessState)
}

// serveGisd starts gisd on the private cluster of the work folder.
func (b importBench) serveGisd(ctx context.Context, args ...string) (*server, error) {
	address, err := freePort()
	if err != nil {
		return nil, err
	}
	all := append([]string{"serve", "--data-dir", b.dataDir(), "--listen", address, "--rate-limit", "0"}, args...)
	return startServer(ctx, b.options, address, "/readyz", []string{"GISD_DATABASE_URL=" + b.url}, b.gisd, all...)
}

// packedCollection imports the parcels and packs their cells; measured is the
// packing.
func (b importBench) packedCollection(ctx context.Context) (measured, error) {
	if _, err := b.gisdImport(ctx, b.shapefile, "replace", "--key", "id"); err != nil {
		return measured{}, err
	}
	return command(ctx, b.work, nil, b.gisd, "tiles", "build", benchCollection, "--data-dir", b.dataDir())
}
