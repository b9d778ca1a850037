package ogr

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"gisd/spatial"
)

// Starting a GDAL program takes longer than reading a small dataset. One of up
// to captureFrom bytes is dumped whole, in one run, and kept if the dump has no
// more than captureLimit bytes.
const (
	captureFrom  = 4 << 20
	captureLimit = 12 << 20
)

// capture returns the dump of each layer by its name. What does not go in one
// run is not there, and is read layer by layer, which tells the reason.
func (r *runner) capture(ctx context.Context) map[string][]byte {
	if r.kind.format == "osm" { // whose layers come interleaved
		return nil
	}
	sections, err := split(r.dumped(ctx, r.arguments(nil, spatial.XYZM)))
	if err != nil {
		return nil
	}
	return sections
}

// captureLayer returns the dump of one layer, nil where it does not go well.
func (r *runner) captureLayer(ctx context.Context, l *listed, d spatial.Dimensions) []byte {
	if strings.HasPrefix(l.name, "-") {
		return nil
	}
	return r.dumped(ctx, r.arguments(l, d))
}

// dumped is what a run of ogr2ogr writes over a small dataset; nil where it is
// too much, or anything is wrong with it.
func (r *runner) dumped(ctx context.Context, args []string) []byte {
	if r.bytes > captureFrom {
		return nil
	}
	c, err := r.start(ctx, r.format.program("ogr2ogr"), args...)
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(c, captureLimit))
	if err != nil || len(text) == captureLimit || c.finish() != nil || c.lastError() != "" {
		c.kill()
		return nil
	}
	return text
}

// split cuts a dump at the beginnings of its tables.
func split(text []byte) (map[string][]byte, error) {
	sections := map[string][]byte{}
	d := captured(text)
	name, from, at, copying := "", 0, 0, false
	for {
		line, err := d.next()
		if errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch {
		case copying:
			copying = string(line) != `\.`
		case bytes.HasPrefix(line, []byte("COPY ")):
			copying = true
		case bytes.HasPrefix(line, []byte("CREATE TABLE ")):
			if name != "" {
				sections[name] = text[from:at]
			}
			name, _ = quoted(strings.TrimPrefix(string(line), `CREATE TABLE "public".`))
			from = at
		}
		at += len(line) + 1
	}
	if name != "" {
		sections[name] = text[from:]
	}
	return sections, nil
}

// captured reads a dump again.
func captured(section []byte) *dump {
	return &dump{c: past{}, in: bufio.NewReader(bytes.NewReader(section))}
}

// past is a process that has ended well.
type past struct{}

func (past) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (past) finish() error     { return nil }
func (past) lastError() string { return "" }
func (past) kill()             {}
