package importers_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// memory is a sink that keeps rows, and fails where it is told to.
type memory struct {
	published bool
	closed    int
	released  int // closed, when the reservation ended
	loads     int
	failed    error
	rows      [][]string // columns in hex or "-"
	duplicate bool       // Settle finds a repeated id once
	breakLoad error      // Load fails after the first bytes
	base      *importers.Base
	edits     []importers.Edit
}

func (m *memory) Reserve(context.Context, []importers.Claim) (func(), error) {
	return func() { m.released = m.closed }, nil
}

func (m *memory) Begin(context.Context, *importers.Plan, importers.Staging) (importers.Staging, error) {
	return m, nil
}

func (m *memory) Base(context.Context, string) (*importers.Base, error) { return m.base, nil }

func (m *memory) Edits(_ context.Context, _ string, _ int, emit func(importers.Edit) error) error {
	for _, e := range m.edits {
		if err := emit(e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Target() (spatial.SRID, int) { return 4326, 1 }

func (m *memory) Load(_ context.Context, _ *importers.Plan, r io.Reader) (int64, error) {
	m.loads++
	m.rows = nil
	if m.breakLoad != nil {
		_, _ = io.ReadFull(r, make([]byte, 30))
		return 0, m.breakLoad
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(b, []byte("PGCOPY\n\xff\r\n\x00")) {
		return 0, errors.New("no COPY header")
	}
	for b = b[19:]; ; {
		n := binary.BigEndian.Uint16(b)
		b = b[2:]
		if n == 0xffff {
			if len(b) > 0 {
				return 0, errors.New("bytes after the trailer")
			}
			return int64(len(m.rows)), nil
		}
		var row []string
		for range n {
			size := int32(binary.BigEndian.Uint32(b))
			b = b[4:]
			if size < 0 {
				row = append(row, "-")
				continue
			}
			row = append(row, fmt.Sprintf("%x", b[:size]))
			b = b[size:]
		}
		m.rows = append(m.rows, row)
	}
}

func (m *memory) Settle(context.Context, *importers.Plan, importers.SettleListener) (importers.Outcome, error) {
	if m.duplicate {
		m.duplicate = false
		return importers.Outcome{}, importers.ErrDuplicateID
	}
	return importers.Outcome{}, nil
}

func (m *memory) Publish(_ context.Context, all []importers.Staged) error {
	m.published = len(all) > 0
	return nil
}

func (m *memory) Close(_ context.Context, _ *importers.Report, failed error) error {
	m.closed++
	m.failed = failed
	return nil
}

// given is a source of ready records.
type given struct {
	schema  importers.Schema
	records []importers.Record
	err     error // after the records
}

func (g *given) Schema() importers.Schema { return g.schema }
func (g *given) Close() error             { return nil }

func (g *given) Read(ctx context.Context, emit func(*importers.Record) error) error {
	for i := range g.records {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := g.records[i]
		r.Number = int64(i) + 1
		if err := emit(&r); err != nil {
			return err
		}
	}
	return g.err
}

func point(x, y float64) []byte {
	return wkb.AppendFloat(wkb.AppendFloat(wkb.AppendHeader(nil, wkb.Point, spatial.XY), x), y)
}

// keyed makes points with one integer field called id.
func keyed(ids ...int64) *given {
	g := &given{schema: importers.Schema{Layer: "a", Format: "test", GeometryType: spatial.GeometryPoint, Dimensions: spatial.XY,
		CRS: importers.CRS{SRID: 4326}, Fields: []importers.FieldInfo{{Name: "id", Type: spatial.FieldInteger}}}}
	for _, id := range ids {
		g.records = append(g.records, importers.Record{Geometry: point(1, 2), Values: []importers.Value{{Valid: id != 0, Int: id}}})
	}
	return g
}

func ids(m *memory) []string {
	var all []string
	for _, row := range m.rows {
		all = append(all, strings.TrimLeft(row[len(row)-2], "0")) // the geometry is last
	}
	return all
}
