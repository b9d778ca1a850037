package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"gisd/importers"
)

const leastEvery = 10 * time.Second

// importEvery imports the source now and, until ctx ends, whenever a later look
// finds it changed. A failure is said and does not end it, except for bad usage.
func (a *app) importEvery(ctx context.Context, source string, f *importFlags) error {
	if f.every < leastEvery {
		return usagef("--every %s is too often: %s is the least", f.every, leastEvery)
	}
	if source == "-" {
		return usagef("--every looks at the source again, which standard input does not allow")
	}
	if !f.modeAsked {
		f.mode = string(importers.ModeReplace)
	}
	if _, err := f.options(); err != nil {
		return err
	}
	var seen look
	for {
		if err := a.importChanged(ctx, source, f, &seen); err != nil {
			coded, isCoded := errors.AsType[*exitError](err)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case isCoded && coded.code == exitUsage:
				return err
			case isCoded && coded.err == nil: // some records were rejected, which was said
			default:
				fmt.Fprintln(a.stderr, "gisd:", describe(err))
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.every):
		}
	}
}

// look is what the last one at a source found.
type look struct {
	fetched
	digest string
}

// importChanged imports the source if it is not as it was. Of a failed import
// nothing is remembered, so that the next look tries again.
func (a *app) importChanged(ctx context.Context, source string, f *importFlags, seen *look) error {
	path, now, release, err := a.local(ctx, source, &seen.fetched)
	if err != nil {
		return err
	}
	defer release()
	if now.unchanged {
		return nil
	}
	digest, err := digestOf(ctx, path)
	if err != nil {
		return err
	}
	if digest == seen.digest {
		seen.fetched = now
		return nil
	}
	err = a.importFile(ctx, path, f)
	if coded, ok := errors.AsType[*exitError](err); err == nil || ok && coded.code == exitRejected {
		*seen = look{fetched: now, digest: digest}
	}
	return err
}

func digestOf(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", usagef("%v", err)
	}
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		return "", err
	}
	defer in.Close()
	return in.Digest(ctx)
}
