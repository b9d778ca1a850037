package overview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
)

// ErrChoices says that an edit has made tiles larger than what was chosen for
// their zoom allows: all has to be built anew.
var ErrChoices = errors.New("overview: the choices of the build do not fit any more")

// Store is what an update reads. Records are nil where there is nothing. It is
// called from several goroutines.
type Store interface {
	Base(ctx context.Context, at tiles.Coord) ([]byte, error) // the record of a cell of BaseZoom
	Part(ctx context.Context, at tiles.Coord) ([]byte, error) // what Config.Keep took for it
	Cell(ctx context.Context, band cell.Band, at tiles.Coord) ([]byte, error)
}

// Updated is what an update came to.
type Updated struct {
	Parts map[tiles.Coord][]byte // those of BaseZoom that are different now
	Cells []UpdatedCell          // those that are different now, the largest scale first
}

// UpdatedCell is a cell with the tiles cut from it whose bytes are not what they
// were. Without a record nothing is in it any more.
type UpdatedCell struct {
	Band     cell.Band
	At       tiles.Coord
	Features int
	Record   []byte
	Tiles    []tiles.Coord
}

// Update makes again what depends on the cells of BaseZoom that changed, in the
// way that choices, which Build returned, say for each zoom: the result is that
// of Build with the same choices, byte for byte.
//
// What of a level depends on what of the one before is a rule of place: a cell
// is made of the parts under it and of one ring of them around it, so that a part
// which is different concerns at most four cells of the next level. That holds
// for dissolved groups however far they reach, because no cell draws more of a
// group than what lies between its own lines (ADR 0006): the rest of it is in the
// hands of other cells, which see the same borders as before.
//
// Errors: ErrChoices, those of the store and ctx.
func Update(ctx context.Context, c Config, choices []generalise.Choice, changed []tiles.Coord, s Store) (Updated, error) {
	u := update{build: newBuild(c), store: s, choices: choices, out: Updated{Parts: map[tiles.Coord][]byte{}}}
	from, err := u.base(ctx, changed)
	if err != nil {
		return Updated{}, err
	}
	for _, band := range slices.Backward(cell.Bands()) {
		if band.First >= BaseZoom {
			continue
		}
		if int(band.Last) < c.MinZoom || len(from.parts) == 0 {
			break
		}
		if from, err = u.band(ctx, band, from); err != nil {
			return Updated{}, fmt.Errorf("overview: update zooms %d to %d: %w", band.First, band.Last, err)
		}
	}
	return u.out, nil
}

// update is one Update under way.
type update struct {
	*build
	store   Store
	choices []generalise.Choice
	out     Updated
}

// base makes the parts of the changed cells; the level has those that differ.
func (u *update) base(ctx context.Context, changed []tiles.Coord) (level, error) {
	parts, were, kept := make([]*part, len(changed)), make([]*part, len(changed)), make([][]byte, len(changed))
	differ := make([]bool, len(changed))
	e, _ := u.effort(baseOut())
	step := e.step
	err := u.each(ctx, len(changed), func(ctx context.Context, w *worker, i int) error {
		record, err := u.store.Base(ctx, changed[i])
		if err != nil {
			return err
		}
		parts[i] = &part{}
		if len(record) > 0 {
			opened, err := cell.Open(record)
			if err != nil {
				return err
			}
			if parts[i], err = w.base(opened, step); err != nil {
				return err
			}
		}
		if kept[i], err = w.keep(changed[i], parts[i], step); err != nil {
			return err
		}
		before, err := u.store.Part(ctx, changed[i])
		if differ[i] = !bytes.Equal(before, kept[i]); err != nil || !differ[i] {
			return err
		}
		were[i], err = w.kept(before)
		return err
	})
	from := level{zoom: BaseZoom, bits: baseOut().Bits(), parts: map[tiles.Coord]*part{}, were: map[tiles.Coord]*part{}}
	for i, at := range changed {
		if differ[i] {
			from.parts[at], from.were[at], u.out.Parts[at] = parts[i], were[i], kept[i]
		}
	}
	return from, err
}

// band makes the cells of a band that depend on the parts which differ, and
// returns those of its own that do.
func (u *update) band(ctx context.Context, band cell.Band, from level) (level, error) {
	list, err := u.dependents(ctx, band, from)
	if err != nil {
		return level{}, err
	}
	if err := u.around(ctx, band, list, from); err != nil {
		return level{}, err
	}
	next := level{zoom: band.First, bits: band.Bits(), parts: map[tiles.Coord]*part{}, were: map[tiles.Coord]*part{}}
	e, over := u.effort(band)
	if e.step >= generalise.StepRank { // what the groups have as a whole may differ now
		return level{}, ErrChoices
	}
	parts, were, cells := make([]*part, len(list)), make([]*part, len(list)), make([]*UpdatedCell, len(list))
	err = u.each(ctx, len(list), func(ctx context.Context, w *worker, i int) error {
		before, err := u.store.Cell(ctx, band, list[i])
		if err != nil {
			return err
		}
		made, err := w.cell(band, list[i], from, e, before)
		if err != nil {
			return err
		}
		if !over && made.bytes > u.Budget {
			return ErrChoices
		}
		if bytes.Equal(before, made.record) {
			return nil
		}
		touched, err := w.differing(band, list[i], before, made.record)
		if err != nil {
			return err
		}
		cells[i] = &UpdatedCell{band, list[i], made.features, made.record, touched}
		if were[i], err = w.kept(before); err == nil {
			parts[i], err = w.kept(made.record)
		}
		return err
	})
	for i, c := range cells {
		if c != nil {
			u.out.Cells = append(u.out.Cells, *c)
			next.parts[c.At], next.were[c.At] = parts[i], were[i]
		}
	}
	return next, err
}

// dependents lists the cells of a band that what is different in the level's parts
// concerns, along the curve: those over them, and those beside these whose
// margin sees it.
func (u *update) dependents(ctx context.Context, band cell.Band, from level) ([]tiles.Coord, error) {
	d, last := from.zoom-band.First, int64(1)<<band.First-1
	type pair struct{ at, of tiles.Coord }
	var pairs []pair
	found := map[tiles.Coord]*part{}
	for at := range from.parts {
		over := tiles.Coord{Z: band.First, X: at.X >> d, Y: at.Y >> d}
		found[over] = nil
		beside := map[tiles.Coord]bool{over: true}
		for dy := int64(-1); dy <= 1; dy++ {
			for dx := int64(-1); dx <= 1; dx++ {
				x, y := (int64(at.X)+dx)>>d, (int64(at.Y)+dy)>>d
				c := tiles.Coord{Z: band.First, X: uint32(x), Y: uint32(y)}
				if x >= 0 && y >= 0 && x <= last && y <= last && !beside[c] {
					beside[c] = true
					pairs = append(pairs, pair{c, at})
				}
			}
		}
	}
	sees := make([]bool, len(pairs))
	err := u.each(ctx, len(pairs), func(_ context.Context, w *worker, i int) error {
		p := pairs[i]
		sees[i] = w.sees(margined(band, p.at, from), from.were[p.of], from.parts[p.of])
		return nil
	})
	for i, p := range pairs {
		if sees[i] {
			found[p.at] = nil
		}
	}
	return parents(maps.Keys(found), band.First), err
}

// sees reports whether a pass over the cell takes two parts for different.
func (w *worker) sees(c generalise.Cell, a, b *part) bool {
	w.g.Seen(&w.src, &a.shapes, c)
	w.g.Seen(&w.dst, &b.shapes, c)
	return !slices.Equal(w.src.Points, w.dst.Points) || !slices.Equal(w.src.Parts, w.dst.Parts) ||
		!slices.EqualFunc(w.src.Features, w.dst.Features, func(f, g generalise.Feature) bool {
			if (f.Source < 0) != (g.Source < 0) {
				return false
			}
			if f.Source >= 0 {
				s, t := a.sources[f.Source], b.sources[g.Source]
				if s.id != t.id || !slices.Equal(a.keys, b.keys) || !slices.EqualFunc(s.values, t.values, bytes.Equal) {
					return false
				}
				f.Source, g.Source = 0, 0
			}
			return f == g
		})
}

// around adds the parts that the cells of a list are made of and that did not
// change.
func (u *update) around(ctx context.Context, band cell.Band, list []tiles.Coord, from level) error {
	d, last := from.zoom-band.First, int64(1)<<from.zoom-1
	wanted := map[tiles.Coord]struct{}{}
	for _, at := range list {
		for y := max(int64(at.Y)<<d-1, 0); y <= min(int64(at.Y+1)<<d, last); y++ {
			for x := max(int64(at.X)<<d-1, 0); x <= min(int64(at.X+1)<<d, last); x++ {
				c := tiles.Coord{Z: from.zoom, X: uint32(x), Y: uint32(y)}
				if _, ok := from.parts[c]; !ok {
					wanted[c] = struct{}{}
				}
			}
		}
	}
	missing := slices.Collect(maps.Keys(wanted))
	parts := make([]*part, len(missing))
	err := u.each(ctx, len(missing), func(ctx context.Context, w *worker, i int) error {
		var record []byte
		var err error
		if below, ok := cell.BandOf(from.zoom); ok && from.zoom != BaseZoom {
			record, err = u.store.Cell(ctx, below, missing[i])
		} else {
			record, err = u.store.Part(ctx, missing[i])
		}
		if err != nil {
			return err
		}
		parts[i], err = w.kept(record)
		return err
	})
	for i, at := range missing {
		from.parts[at] = parts[i]
	}
	return err
}

// effort is what the build did to a zoom, and whether its tiles were larger than
// the budget even so.
func (u *update) effort(band cell.Band) (e effort, over bool) {
	for _, c := range u.choices {
		if c.Zoom == int(band.First) {
			return effortOf(c), c.Over
		}
	}
	return effort{}, false
}

// differing lists the tiles of a cell that are not cut alike from two records.
func (w *worker) differing(band cell.Band, at tiles.Coord, before, after []byte) ([]tiles.Coord, error) {
	var list []tiles.Coord
	cut := func(record []byte) (func(tiles.Coord) ([]byte, error), error) {
		if len(record) == 0 {
			return func(tiles.Coord) ([]byte, error) { return nil, nil }, nil
		}
		r, err := cell.Open(record)
		return func(c tiles.Coord) ([]byte, error) {
			w.cutter.Reset()
			_, err := w.cutter.Cut(r, c, cell.Options{Layer: "layer", Buffer: tiles.TileBuffer})
			return w.cutter.Tile(), err
		}, err
	}
	old, err := cut(before)
	if err != nil {
		return nil, err
	}
	now, err := cut(after)
	if err != nil {
		return nil, err
	}
	for z := band.First; z <= band.Last; z++ {
		d := z - band.First
		for y := at.Y << d; y < (at.Y+1)<<d; y++ {
			for x := at.X << d; x < (at.X+1)<<d; x++ {
				c := tiles.Coord{Z: z, X: x, Y: y}
				a, err := old(c)
				if err != nil {
					return nil, err
				}
				b, err := now(c)
				if err != nil {
					return nil, err
				}
				if !bytes.Equal(a, b) {
					list = append(list, c)
				}
			}
		}
	}
	return list, nil
}
