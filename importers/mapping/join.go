package mapping

import (
	"context"
	"fmt"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// joined is a table that records are looked up in.
type joined struct {
	join     *Join
	on       int // in base
	onType   spatial.FieldType
	from, to int // its columns in base
	rows     *rows
	found    int64
	missed   int64
}

// join reads the other table and adds its columns.
func (p *planner) join(ctx context.Context, j *Join, with Surroundings) (err error) {
	on := lookup(p.base, j.On, func(c *column) string { return c.Name })
	if on < 0 {
		p.fault(j.Line, "the file has no field %s to join on", j.On)
		return nil
	}
	if with.Open == nil {
		return spatial.Invalid("mapping: join", "tables cannot be joined here")
	}
	src, err := with.Open(ctx, j.File, j.Layer)
	if err != nil {
		return fmt.Errorf("mapping: join %s: %w", j.File, err)
	}
	defer func() { _ = src.Close() }() // it was only read
	s := src.Schema()
	nameOf := func(f *importers.FieldInfo) string { return f.Name }
	key := lookup(s.Fields, j.Key, nameOf)
	if key < 0 {
		p.fault(j.Line, "%s has no field %s; its fields are %s", j.File, j.Key, fieldNames(s.Fields))
		return nil
	}
	var columns []int
	for i := range s.Fields {
		if len(j.Fields) == 0 && i != key {
			columns = append(columns, i)
		}
	}
	for _, name := range j.Fields {
		i := lookup(s.Fields, name, nameOf)
		if i < 0 {
			p.fault(j.Line, "%s has no field %s; its fields are %s", j.File, name, fieldNames(s.Fields))
			continue
		}
		columns = append(columns, i)
	}
	rows, err := readRows(ctx, src, key, columns, with.Scratch)
	if err != nil {
		return fmt.Errorf("mapping: join %s: %w", j.File, err)
	}
	in := &joined{join: j, on: on, onType: p.base[on].Type, from: len(p.base), rows: rows}
	for n, i := range columns {
		info := s.Fields[i]
		info.Name = p.free(info.Name)
		p.base = append(p.base, column{FieldInfo: info, at: n})
	}
	in.to = len(p.base)
	p.joins = append(p.joins, in)
	return nil
}

// free is the name, with a number behind it where it is taken.
func (p *planner) free(name string) string {
	free := name
	for n := 2; lookup(p.base, free, func(c *column) string { return c.Name }) >= 0; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	return free
}

func fieldNames(fields []importers.FieldInfo) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// begin starts another reading.
func (j *joined) begin() {
	j.found, j.missed = 0, 0
	clear(j.rows.used)
}

// lookup fills the join's columns, null where no row has the key.
func (j *joined) lookup(values []importers.Value) (*importers.RecordError, error) {
	key := keyText(j.onType, &values[j.on])
	mine := values[j.from:j.to]
	if key != "" {
		ok, err := j.rows.find(key, mine)
		if err != nil {
			return nil, err
		}
		if ok {
			j.found++
			return nil, nil
		}
	}
	clear(mine)
	j.missed++
	return &importers.RecordError{Field: j.join.On, Raw: importers.Shorten([]byte(key)), Reason: spatial.Text{
		VI: "không có dòng nào của " + j.join.File + " có khóa này", EN: "no row of " + j.join.File + " has this key"}}, nil
}

func (j *joined) notes() []string {
	unused := 0
	for _, u := range j.rows.used {
		if !u {
			unused++
		}
	}
	note := fmt.Sprintf("join with %s: %d records found their row, %d did not; %d rows were not asked for", j.join.File, j.found, j.missed, unused)
	if j.rows.repeated > 0 {
		note += fmt.Sprintf("; %d rows repeat a key, of which the first counts", j.rows.repeated)
	}
	if j.rows.keyless > 0 {
		note += fmt.Sprintf("; %d rows have no key", j.rows.keyless)
	}
	return []string{note}
}

// unmatched hands over the rows that no record asked for.
func (j *joined) unmatched(emit func(importers.RecordError) error) error {
	return j.rows.unused(func(key string) error {
		return emit(importers.RecordError{Field: j.join.Key, Raw: importers.Shorten([]byte(key)), Reason: spatial.Text{
			VI: "dòng của " + j.join.File + " không khớp với bản ghi nào", EN: "the row of " + j.join.File + " belongs to no record"}})
	})
}
