package devices

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

// WritePositions adds positions to the history and moves last known positions
// forward, never back; numbers among the attributes of sensors become readings. What is
// known by device and time changes nothing, positions of devices that are not
// registered fall. A lot that the database refuses is halved until the bad positions
// stand alone; these are left out and counted. Any other failure is for trying again.
// What was written is on the database's disk.
func (h *History) WritePositions(ctx context.Context, lot []live.Position) (refused int, err error) {
	err = h.write(ctx, lot)
	if spatial.CodeOf(err) == spatial.CodeInvalid {
		h.forgetDays() // a day may have been dropped meanwhile
		err = h.write(ctx, lot)
	}
	if spatial.CodeOf(err) != spatial.CodeInvalid {
		return 0, err
	}
	if len(lot) == 1 {
		h.log.ErrorContext(ctx, "a position is refused by the database", "device", lot[0].Device, "at", lot[0].Time, "error", err)
		return 1, nil
	}
	for _, half := range [][]live.Position{lot[:len(lot)/2], lot[len(lot)/2:]} {
		n, err := h.WritePositions(ctx, half)
		refused += n
		if err != nil {
			return refused, err
		}
	}
	return refused, nil
}

// rows are what a lot becomes.
type rows struct {
	history  []live.Position // by device and time, each once
	last     []live.Position // the newest of each device, by device
	readings []live.Reading  // by device, name and time, each once
}

func (h *History) write(ctx context.Context, lot []live.Position) error {
	const op = "postgis: write positions"
	r, err := h.sort(ctx, lot)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	for i := range r.history {
		if err := h.ensure(ctx, queryPositionDay, r.history[i].Time); err != nil {
			return err
		}
	}
	for i := range r.readings {
		if err := h.ensure(ctx, queryReadingDay, r.readings[i].Time); err != nil {
			return err
		}
	}
	err = pgx.BeginFunc(ctx, h.db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryDurable); err != nil {
			return err
		}
		if err := positionTable().add(ctx, tx, r.history); err != nil {
			return err
		}
		if err := readingTable().add(ctx, tx, r.readings); err != nil {
			return err
		}
		if len(r.last) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, queryPositionsLast, positionArrays(r.last)...)
		return err
	})
	return postgis.Wrap(ctx, op, err)
}

// sort says which rows a lot becomes. Made-up devices leave one position a minute in
// the history: at one a second a demo left alone would fill the disk.
func (h *History) sort(ctx context.Context, lot []live.Position) (r rows, err error) {
	byTime := func(a, b live.Position) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), a.Time.Compare(b.Time))
	}
	lot = slices.Clone(lot)
	slices.SortStableFunc(lot, byTime)
	lot = slices.CompactFunc(lot, func(a, b live.Position) bool { return byTime(a, b) == 0 })
	known, err := h.registered(ctx, lot)
	if err != nil {
		return r, err
	}
	for i := range lot {
		p := &lot[i]
		d, ok := known[p.Device]
		if !ok {
			continue
		}
		if p.Flags&live.FlagHeld == 0 {
			if n := len(r.last); n > 0 && r.last[n-1].Device == p.Device {
				r.last[n-1] = *p
			} else {
				r.last = append(r.last, *p)
			}
		}
		if d.demo && p.Time.Second() != 0 {
			continue
		}
		r.history = append(r.history, *p)
		if d.kind == live.KindSensor {
			r.readings = append(r.readings, p.Readings()...)
		}
	}
	return r, nil
}

type registered struct {
	kind live.Kind
	demo bool
}

// registered returns the devices of positions, which are in the order of devices.
func (h *History) registered(ctx context.Context, lot []live.Position) (map[string]registered, error) {
	var ids []string
	for i := range lot {
		if n := len(ids); n == 0 || ids[n-1] != lot[i].Device {
			ids = append(ids, lot[i].Device)
		}
	}
	found, err := h.db.Pool.Query(ctx, queryKinds, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[string]registered, len(ids))
	var id string
	var d registered
	_, err = pgx.ForEachRow(found, []any{&id, &d.kind, &d.demo}, func() error {
		known[id] = d
		return nil
	})
	return known, err
}

// table is one that COPY fills.
type table[T any] struct {
	name    string // in the schema gisd
	columns []string
	row     func(*T) []any
	insert  string // of what is not there yet
	arrays  func([]T) []any
}

// add copies rows into the table; where a part of them is there already, they are
// inserted but for that part.
func (t table[T]) add(ctx context.Context, tx pgx.Tx, all []T) error {
	if len(all) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
		_, err := inner.CopyFrom(ctx, pgx.Identifier{"gisd", t.name}, t.columns,
			pgx.CopyFromSlice(len(all), func(i int) ([]any, error) { return t.row(&all[i]), nil }))
		return err
	})
	if postgis.SQLState(err) != postgis.StateUniqueViolation {
		return err
	}
	_, err = tx.Exec(ctx, t.insert, t.arrays(all)...)
	return err
}

func positionTable() table[live.Position] {
	return table[live.Position]{
		name:    "device_position",
		columns: []string{"device_id", "at", "received_at", "lon", "lat", "speed_kmh", "bearing_degrees", "accuracy_meters", "attributes", "flags"},
		row: func(p *live.Position) []any {
			return []any{p.Device, p.Time, p.ReceivedAt, p.Lon, p.Lat,
				nullable(p.SpeedKMH), nullable(p.BearingDegrees), nullable(p.AccuracyMeters), attributesOf(p), int16(p.Flags)}
		},
		insert: queryPositionsAdd, arrays: positionArrays,
	}
}

// positionArrays are the parameters of positions_add.sql.
func positionArrays(all []live.Position) []any {
	n := len(all)
	devices, at, received := make([]string, n), make([]time.Time, n), make([]time.Time, n)
	lon, lat := make([]float64, n), make([]float64, n)
	speed, bearing, accuracy := make([]*float64, n), make([]*float64, n), make([]*float64, n)
	attributes, flags := make([]*string, n), make([]int16, n)
	for i := range all {
		p := &all[i]
		devices[i], at[i], received[i], lon[i], lat[i] = p.Device, p.Time, p.ReceivedAt, p.Lon, p.Lat
		speed[i], bearing[i], accuracy[i] = nullable(p.SpeedKMH), nullable(p.BearingDegrees), nullable(p.AccuracyMeters)
		flags[i] = int16(p.Flags)
		if len(p.Attributes) > 0 {
			text := string(p.Attributes)
			attributes[i] = &text
		}
	}
	return []any{devices, at, received, lon, lat, speed, bearing, accuracy, attributes, flags}
}

func attributesOf(p *live.Position) json.RawMessage {
	if len(p.Attributes) == 0 {
		return nil
	}
	return p.Attributes
}

func nullable(m live.Measure) *float64 {
	if !m.Known {
		return nil
	}
	return &m.Value
}

func readingTable() table[live.Reading] {
	return table[live.Reading]{
		name:    "device_reading",
		columns: []string{"device_id", "name", "at", "received_at", "value", "unit", "quality"},
		row: func(r *live.Reading) []any {
			return []any{r.Device, r.Name, r.Time, r.ReceivedAt, r.Value, r.Unit, r.Quality}
		},
		insert: queryReadingsAdd, arrays: readingArrays,
	}
}

// readingArrays are the parameters of readings_add.sql.
func readingArrays(all []live.Reading) []any {
	n := len(all)
	devices, names, units, qualities := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	at, received, values := make([]time.Time, n), make([]time.Time, n), make([]float64, n)
	for i := range all {
		r := &all[i]
		devices[i], names[i], units[i], qualities[i] = r.Device, r.Name, r.Unit, r.Quality
		at[i], received[i], values[i] = r.Time, r.ReceivedAt, r.Value
	}
	return []any{devices, names, at, received, values, units, qualities}
}
