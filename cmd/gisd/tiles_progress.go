package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// cellProgress shows how far a build of cells is: a line that renews itself on a
// terminal, a line every few seconds elsewhere, JSON lines where asked for. It is
// safe for goroutines.
type cellProgress struct {
	a        *app
	id       string
	json     bool
	terminal bool
	begin    time.Time

	mu   sync.Mutex
	last time.Time
	most int
}

func newCellProgress(a *app, id string, asJSON bool) *cellProgress {
	now := time.Now()
	p := &cellProgress{a: a, id: id, json: asJSON, begin: now, last: now}
	if f, ok := a.stderr.(*os.File); ok && !asJSON {
		st, err := f.Stat()
		p.terminal = err == nil && st.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// cellsDone is a line of progress in JSON.
type cellsDone struct {
	Collection string  `json:"collection"`
	Blocks     int     `json:"blocks"`
	Of         int     `json:"of"`
	Seconds    float64 `json:"seconds"`
}

// blocks tells that so many blocks of equal size on the ground are done.
func (p *cellProgress) blocks(done, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	every := progressEvery
	if p.terminal || p.json {
		every = time.Second / 5
	}
	if done <= p.most || time.Since(p.last) < every {
		return
	}
	p.most, p.last = done, time.Now()
	seconds := time.Since(p.begin).Seconds()
	if p.json {
		_ = writeJSON(p.a.stderr, cellsDone{p.id, done, of, seconds})
		return
	}
	line := fmt.Sprintf("%s: cells, %d of %d blocks (%d %%), %.0f s left", p.id, done, of, 100*done/of, seconds/float64(done)*float64(of-done))
	if p.terminal {
		fmt.Fprintf(p.a.stderr, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.a.stderr, line)
}

func (p *cellProgress) end() {
	if p.terminal {
		fmt.Fprint(p.a.stderr, "\r\x1b[K")
	}
}
