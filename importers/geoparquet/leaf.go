package geoparquet

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// batch is how many values of a column are decoded at once.
const batch = 1024

var errShort = errors.New("a column holds fewer values than there are rows")

// leaf is one column of the file, read value by value within a row group. Of
// the slices of values one is in use, that of the column's physical type; bytes
// are valid until the next value is taken.
type leaf struct {
	index          int
	name           string // dotted path
	meaning        meaning
	maxDef, maxRep int16
	chunk          file.ColumnChunkReader

	defs, reps []int16
	levels     int // loaded
	next       int // level
	values     int // loaded
	nextValue  int
	at         int // the value taken last

	int32s  []int32
	int64s  []int64
	int96s  []parquet.Int96
	floats  []float32
	doubles []float64
	bools   []bool
	bytes   []parquet.ByteArray
	fixed   []parquet.FixedLenByteArray
}

func newLeaf(index int, c *schema.Column) *leaf {
	return &leaf{index: index, name: c.Path(), meaning: meaningOf(c), maxDef: c.MaxDefinitionLevel(), maxRep: c.MaxRepetitionLevel()}
}

// guard turns a panic of the Parquet library, which trusts what a file says in
// places, into an error.
func guard(doing func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file is damaged: %v", r)
		}
	}()
	return doing()
}

// open begins the column's part of a row group.
func (l *leaf) open(s *source, group int) error {
	l.levels, l.next, l.values, l.nextValue = 0, 0, 0, 0
	if err := l.close(); err != nil {
		return err
	}
	err := guard(func() (err error) {
		l.chunk, err = s.openColumn(s.r.RowGroup(group), l.index)
		return err
	})
	if err != nil {
		return fmt.Errorf("column %s: %w", l.name, err)
	}
	return nil
}

func (l *leaf) close() error {
	c := l.chunk
	l.chunk = nil
	if c == nil {
		return nil
	}
	return guard(c.Close)
}

// load decodes more; false at the end of the row group.
func (l *leaf) load() (bool, error) {
	var levels int64
	err := guard(func() (err error) {
		if !l.chunk.HasNext() {
			return l.chunk.Err()
		}
		levels, l.values, err = l.decode()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("column %s: %w", l.name, err)
	}
	l.levels, l.next, l.nextValue = int(levels), 0, 0
	return levels > 0, nil
}

// room returns s with space for a batch.
func room[T any](s *[]T) []T {
	if len(*s) < batch {
		*s = make([]T, batch)
	}
	return *s
}

func (l *leaf) decode() (int64, int, error) {
	var defs, reps []int16
	if l.maxDef > 0 {
		defs = room(&l.defs)
	}
	if l.maxRep > 0 {
		reps = room(&l.reps)
	}
	switch c := l.chunk.(type) {
	case *file.Int32ColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.int32s), defs, reps)
	case *file.Int64ColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.int64s), defs, reps)
	case *file.Int96ColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.int96s), defs, reps)
	case *file.Float32ColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.floats), defs, reps)
	case *file.Float64ColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.doubles), defs, reps)
	case *file.BooleanColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.bools), defs, reps)
	case *file.ByteArrayColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.bytes), defs, reps)
	case *file.FixedLenByteArrayColumnChunkReader:
		return c.ReadBatchInPage(batch, room(&l.fixed), defs, reps)
	}
	return 0, 0, errors.New("is of a type that is not known")
}

// peek returns the levels of what comes next; ok is false at the end.
func (l *leaf) peek() (def, rep int16, ok bool, err error) {
	if l.next == l.levels {
		if ok, err := l.load(); !ok {
			return 0, 0, false, err
		}
	}
	def = l.maxDef
	if l.maxDef > 0 {
		def = l.defs[l.next]
	}
	if l.maxRep > 0 {
		rep = l.reps[l.next]
	}
	return def, rep, true, nil
}

// take moves on by one; present says whether there is a value, at place l.at.
func (l *leaf) take() (present bool, err error) {
	def, _, ok, err := l.peek()
	if err != nil {
		return false, err
	}
	if !ok {
		return false, fmt.Errorf("column %s: %w", l.name, errShort)
	}
	l.next++
	if def < l.maxDef {
		return false, nil
	}
	if l.nextValue >= l.values {
		return false, fmt.Errorf("column %s: %w", l.name, errShort)
	}
	l.at = l.nextValue
	l.nextValue++
	return true, nil
}

// raw is the value taken last of a column of bytes.
func (l *leaf) raw() []byte {
	if l.fixed != nil {
		return l.fixed[l.at]
	}
	return l.bytes[l.at]
}
