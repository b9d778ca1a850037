package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gisd/importers"
	"gisd/importers/watch"
)

// watchFolder imports what is dropped into a folder until ctx ends.
func (a *app) watchFolder(ctx context.Context, dir string, f *importFlags) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usagef("--watch wants a folder, which %s is not", dir)
	}
	if !f.modeAsked {
		f.mode = string(importers.ModeReplace)
	}
	check := *f
	if check.collection == "" {
		check.collection = "any"
	}
	if _, err := check.options(); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "watching %s\n", dir)
	waits := func(i watch.Item) {
		fmt.Fprintf(a.stderr, "gisd: %s waits for %s beside it\n", i.Name, strings.Join(i.Missing, ", "))
	}
	return watch.Run(ctx, watch.Config{Dir: dir, Waits: waits}, func(ctx context.Context, i watch.Item) { a.take(ctx, dir, i, *f) })
}

// take imports one item and files it away with its report. One that was stopped
// in the middle stays where it is: nothing of it was imported.
func (a *app) take(ctx context.Context, dir string, i watch.Item, f importFlags) {
	var report bytes.Buffer
	one := *a
	one.stdout, one.stderr = io.MultiWriter(a.stdout, &report), io.MultiWriter(a.stderr, &report)
	if f.collection == "" {
		f.collection = collectionNamed(i.Base())
	}
	scratch, err := os.MkdirTemp("", "gisd-watch-")
	if err == nil {
		defer os.RemoveAll(scratch)
		f.reject = filepath.Join(scratch, i.Base()+".rejected.csv")
		err = one.importItem(ctx, i, &f)
	}
	if ctx.Err() != nil {
		return
	}
	folder := "done"
	coded, isCoded := errors.AsType[*exitError](err)
	if err != nil && (!isCoded || coded.code != exitRejected) {
		folder = "failed"
		fmt.Fprintln(one.stderr, "gisd:", i.Name+":", strings.TrimPrefix(describe(err), i.Name+": "))
	}
	to, err := watch.File(i, filepath.Join(dir, folder), time.Now())
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(to, "report.txt"), report.Bytes(), 0o644), keepRejects(scratch, to))
	}
	if err != nil {
		fmt.Fprintln(a.stderr, "gisd:", i.Name, "cannot be moved to", folder+":", err)
	}
}

func (a *app) importItem(ctx context.Context, i watch.Item, f *importFlags) error {
	if len(i.Missing) > 0 {
		return fmt.Errorf("the file has no %s beside it", strings.Join(i.Missing, ", "))
	}
	return a.importFile(ctx, i.Path, f)
}

// keepRejects copies the reject files, if there are any.
func keepRejects(from, to string) error {
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		content, readErr := os.ReadFile(filepath.Join(from, e.Name()))
		err = errors.Join(err, readErr)
		if readErr == nil {
			err = errors.Join(err, os.WriteFile(filepath.Join(to, e.Name()), content, 0o644))
		}
	}
	return err
}

// collectionNamed makes an id of a file's name.
func collectionNamed(base string) string {
	id := strings.TrimLeft(importers.CollectionID("", base), "_")
	if id == "" || id[0] < 'a' {
		id = "c_" + id
	}
	return id[:min(len(id), 63)]
}
