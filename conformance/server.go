package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// serve starts `gisd up` with the demo on a free port of this machine. stop ends
// it.
func (o options) serve(ctx context.Context) (landing string, stop func() error, err error) {
	if o.target != "" {
		return o.target, func() error { return nil }, nil
	}
	data := filepath.Join(o.work, "var")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return "", nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	log, err := os.Create(filepath.Join(o.work, "server.log"))
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, o.gisd, "up", "--data-dir", data, "--listen", address, "--rate-limit", "100000")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	if err := cmd.Start(); err != nil {
		return "", nil, errors.Join(err, log.Close())
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	stop = func() error {
		err := cmd.Process.Signal(syscall.SIGTERM)
		return errors.Join(err, <-done, log.Close())
	}
	base := "http://" + address
	deadline := time.After(readyWithin)
	for {
		if status, err := getStatus(ctx, base+"/readyz"); err == nil && status == http.StatusOK {
			return base + "/ogc", stop, nil
		}
		select {
		case err := <-done:
			return "", nil, fmt.Errorf("gisd up ended: %w; see %s", err, log.Name())
		case <-deadline:
			return "", nil, errors.Join(fmt.Errorf("gisd up is not ready after %s; see %s", readyWithin, log.Name()), stop())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func get(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func getStatus(ctx context.Context, address string) (int, error) {
	res, err := get(ctx, address)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

func getJSON(ctx context.Context, address string, into any) error {
	res, err := get(ctx, address)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}
