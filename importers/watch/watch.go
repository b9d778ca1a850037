package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Config of a folder. Zero members have the defaults that stand here.
type Config struct {
	Dir string
	// Stable is how long nothing about a file may change before it counts as
	// complete; 5 s.
	Stable time.Duration
	// Patience is how long to wait for parts that are missing before an item is
	// taken as it is; a minute.
	Patience time.Duration
	// Every is the time between two looks; a second.
	Every time.Duration
	// Waits hears, once, of an item whose parts are missing although nothing about
	// it changes any more; nil for none.
	Waits func(Item)
}

// Item is something complete: one file, the files that belong together, or a
// folder that is one data set.
type Item struct {
	Name  string   // of the file that stands for all: "thua_dat.shp"
	Path  string   // of that
	Parts []string // paths of everything that belongs to it, Path among them
	// Missing names parts that did not come in time: ".shx".
	Missing []string
}

// Base is the name without its ending.
func (i Item) Base() string { return strings.TrimSuffix(i.Name, filepath.Ext(i.Name)) }

// Run calls take for each complete item, one after the other, until ctx ends. What
// take leaves in the folder is taken again only after it has changed. It fails
// when the folder cannot be read.
func Run(ctx context.Context, c Config, take func(context.Context, Item)) error {
	w := newWatcher(c)
	for {
		items, err := w.look(time.Now())
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		for _, i := range items {
			if ctx.Err() != nil {
				return nil
			}
			take(ctx, i)
			w.taken(i)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(w.c.Every):
		}
	}
}

// state is what was seen of a path.
type state struct {
	size   int64
	mod    time.Time
	since  time.Time // when it last was seen to change
	folder bool
	taken  bool
	told   bool // that it waits
}

type watcher struct {
	c    Config
	seen map[string]state // by name in the folder
}

func newWatcher(c Config) *watcher {
	if c.Stable == 0 {
		c.Stable = 5 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	if c.Every == 0 {
		c.Every = time.Second
	}
	return &watcher{c: c, seen: map[string]state{}}
}

// look returns what is complete, in order of name.
func (w *watcher) look(now time.Time) ([]Item, error) {
	entries, err := os.ReadDir(w.c.Dir)
	if err != nil {
		return nil, err
	}
	before := w.seen
	w.seen = make(map[string]state, len(entries))
	for _, e := range entries {
		if ignored(e.Name()) {
			continue
		}
		s, err := w.measure(e)
		if err != nil {
			continue // gone meanwhile, or not ours to read: it may come right
		}
		s.since = now
		if old, ok := before[e.Name()]; ok && old.size == s.size && old.mod.Equal(s.mod) {
			s = old
		}
		w.seen[e.Name()] = s
	}
	var items []Item
	for _, i := range w.group() {
		if w.complete(&i, now) {
			items = append(items, i)
		} else {
			w.tell(i, now)
		}
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Name, b.Name) })
	return items, nil
}

// tell says that an item waits for its missing parts.
func (w *watcher) tell(i Item, now time.Time) {
	name := filepath.Base(i.Path)
	s := w.seen[name]
	if w.c.Waits == nil || len(i.Missing) == 0 || s.told || s.taken || now.Sub(s.since) < w.c.Stable {
		return
	}
	s.told = true
	w.seen[name] = s
	w.c.Waits(i)
}

// measure sums up a folder that is one data set; other folders are none of ours.
func (w *watcher) measure(e fs.DirEntry) (state, error) {
	if !e.IsDir() {
		info, err := e.Info()
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("no file")
		}
		if err != nil {
			return state{}, err
		}
		return state{size: info.Size(), mod: info.ModTime()}, nil
	}
	if !strings.EqualFold(filepath.Ext(e.Name()), ".gdb") {
		return state{}, errors.New("a folder")
	}
	s := state{folder: true}
	err := filepath.WalkDir(filepath.Join(w.c.Dir, e.Name()), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		s.size += info.Size()
		if info.ModTime().After(s.mod) {
			s.mod = info.ModTime()
		}
		return nil
	})
	return s, err
}

// ignored names are hidden, or files that some program is still at.
func ignored(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") {
		return true
	}
	switch filepath.Ext(lower) {
	case ".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".lock", ".gpkg-wal", ".gpkg-shm", ".gpkg-journal":
		return true
	}
	return false
}

// taken remembers what was dealt with, should it still lie there.
func (w *watcher) taken(i Item) {
	for _, p := range i.Parts {
		if s, ok := w.seen[filepath.Base(p)]; ok {
			s.taken = true
			w.seen[filepath.Base(p)] = s
		}
	}
}
