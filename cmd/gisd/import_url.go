package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"gisd/importers"
	"gisd/internal/outgoing"
)

// isAddress tells an http address from a path.
func isAddress(source string) bool {
	lower := strings.ToLower(source)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

// fetched is what is known of an address that was asked.
type fetched struct {
	outgoing.Validators
	unchanged bool
}

// local brings what an address holds onto this machine; a path is itself. known
// is what an earlier call told, nil for the first. release removes what was
// brought.
func (a *app) local(ctx context.Context, source string, known *fetched) (path string, now fetched, release func(), err error) {
	if !isAddress(source) {
		return source, now, func() {}, nil
	}
	client, err := a.outgoing(outgoing.Config{MaxBytes: int64(a.cfg.OutgoingMax)})
	if err != nil {
		return "", now, nil, err
	}
	dir, err := os.MkdirTemp("", "gisd-fetch-")
	if err != nil {
		return "", now, nil, importers.StorageError("import: download", importers.TemporaryFolder, err)
	}
	remove := func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	raw := filepath.Join(dir, "download")
	file, err := os.Create(raw)
	if err != nil {
		return "", now, nil, importers.StorageError("import: download", importers.TemporaryFolder, err)
	}
	var before outgoing.Validators
	if known != nil {
		before = known.Validators
	}
	to := &importers.KeepingWriter{W: file}
	d, err := client.Get(ctx, source, before, to)
	if closed := file.Close(); err == nil {
		to.Err = closed
	}
	if to.Err != nil {
		err = importers.StorageError("import: download", importers.TemporaryFolder, to.Err)
	}
	if err != nil {
		return "", now, nil, err
	}
	// The name tells people what it is; formats are told by content.
	path = filepath.Join(dir, "content", d.Name)
	err = errors.Join(os.Mkdir(filepath.Dir(path), 0o700), os.Rename(raw, path))
	return path, fetched{Validators: d.Validators, unchanged: d.Unchanged}, remove, err
}

// outgoing is the client for everything that gisd asks of others, within the
// bounds of c.
func (a *app) outgoing(c outgoing.Config) (*outgoing.Client, error) {
	c.UserAgent = "gisd/" + programVersion()
	for _, text := range a.cfg.OutgoingAllow {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, usagef("--outgoing-allow (GISD_OUTGOING_ALLOW): %v", err)
		}
		c.Allow = append(c.Allow, prefix)
	}
	return outgoing.NewClient(c), nil
}
