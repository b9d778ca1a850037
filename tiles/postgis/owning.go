package postgis

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/tiles/mvt"
)

// owning finds the owner of one row after the other. It is not safe for goroutines.
type owning struct {
	plan   *plan
	owner  uint32 // of the row at hand
	shape  mvt.Shape
	in     []int32 // the areas that surely hold it
	unsure []int32 // those that may
	last   []int32 // the set of owner
	later  []postponed
}

// postponed is a row of which the database has to say more.
type postponed struct {
	row [][]byte
	in  []int32
	not []int32
}

// begin forgets rows that were left.
func (w *owning) begin() { w.later, w.last, w.owner = w.later[:0], w.last[:0], 0 }

// take finds the owner of a row, which begins with geometry and id, by its box alone.
// Where that does not tell, settle hands a copy of the row out.
func (w *owning) take(ctx context.Context, row [][]byte) (now bool, err error) {
	o := w.plan.owners
	if o == nil || row[0] == nil {
		return true, nil
	}
	if !w.look(o, row[0]) {
		return true, nil // drawn nowhere
	}
	if len(w.unsure) == 0 {
		return true, w.is(ctx, w.in)
	}
	kept := postponed{row: make([][]byte, len(row)), in: slices.Clone(w.in), not: slices.Clone(w.unsure)}
	for i, v := range row {
		kept.row[i] = slices.Clone(v)
	}
	w.later = append(w.later, kept)
	return false, nil
}

// look sorts the areas by the box of a geometry; false where it has none.
func (w *owning) look(o *owners, ewkb []byte) bool {
	w.in, w.unsure = w.in[:0], w.unsure[:0]
	if w.plan.server { // the coordinates are not those of storage
		w.unsure = append(w.unsure, o.numbers...)
		return true
	}
	xy, err := w.shape.Coordinates(ewkb)
	if err != nil || len(xy) == 0 {
		return false
	}
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := 0; i+1 < len(xy); i += 2 {
		minX, maxX = min(minX, xy[i]), max(maxX, xy[i])
		minY, maxY = min(minY, xy[i+1]), max(maxY, xy[i+1])
	}
	for i, area := range o.areas {
		switch in, sure := area.tell(minX, minY, maxX, maxY); {
		case !sure:
			w.unsure = append(w.unsure, o.numbers[i])
		case in:
			w.in = append(w.in, o.numbers[i])
		}
	}
	return true
}

// is notes the owner of the row at hand.
func (w *owning) is(ctx context.Context, areas []int32) (err error) {
	if slices.Equal(areas, w.last) {
		return nil
	}
	if w.owner, err = w.plan.owners.known.set(ctx, areas); err == nil {
		w.last = append(w.last[:0], areas...)
	}
	return err
}

// settle asks the database, in one question, about the rows that take left, and hands
// each out when its owner is known.
func (w *owning) settle(ctx context.Context, db querier, add func(row [][]byte) error) error {
	if len(w.later) == 0 {
		return nil
	}
	held, err := w.ask(ctx, db)
	if err != nil {
		return err
	}
	for _, p := range w.later {
		areas := p.in
		for _, n := range held[string(p.row[1])] {
			if slices.Contains(p.not, n) {
				areas = append(areas, n)
			}
		}
		slices.Sort(areas)
		if err := w.is(ctx, areas); err != nil {
			return err
		}
		if err := add(p.row); err != nil {
			return err
		}
	}
	w.later = w.later[:0]
	return nil
}

// ask returns which of the areas in question hold the rows that are left, by their
// ids as they are read.
func (w *owning) ask(ctx context.Context, db querier) (map[string][]int32, error) {
	var (
		areas   []int32
		texts   []string
		numbers []int64
	)
	for _, p := range w.later {
		for _, n := range p.not {
			if !slices.Contains(areas, n) {
				areas = append(areas, n)
			}
		}
		switch id := p.row[1]; {
		case w.plan.textID:
			texts = append(texts, string(id))
		case len(id) == lenEightByte:
			numbers = append(numbers, int64(binary.BigEndian.Uint64(id)))
		}
	}
	ids := any(numbers)
	if w.plan.textID {
		ids = texts
	}
	rows, err := db.Query(ctx, w.plan.owned, pgx.QueryResultFormats{pgx.BinaryFormatCode, pgx.BinaryFormatCode}, ids, areas)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	held := map[string][]int32{}
	for rows.Next() {
		values := rows.RawValues()
		if len(values[1]) != 4 {
			return nil, fmt.Errorf("tiles/postgis: a number of %d bytes", len(values[1]))
		}
		id := string(values[0])
		held[id] = append(held[id], int32(binary.BigEndian.Uint32(values[1])))
	}
	return held, rows.Err()
}
