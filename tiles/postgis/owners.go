package postgis

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/tiles/mvt"
)

// owners are the areas that the cells of a build tell apart: a feature belongs to
// those that hold its point on surface (docs/adr/0010), and together these have a
// number, which is its owner. nil has none. It is safe for goroutines.
type owners struct {
	numbers []int32 // of the areas, ascending
	areas   []*raster
	known   *ownership
}

// ownership is what is known of areas and sets of them, neither of which ever
// changes. It is safe for goroutines.
type ownership struct {
	pool *pgxpool.Pool

	mu    sync.Mutex
	areas map[int32]*raster
	sets  map[string]uint32
}

// How many areas, of 64 KiB each, and how many sets are remembered.
const (
	mostAreas = 512
	mostSets  = 65536
)

func newOwnership(pool *pgxpool.Pool) *ownership {
	return &ownership{pool: pool, areas: map[int32]*raster{}, sets: map[string]uint32{}}
}

// take keeps the areas that rules name for a collection now.
func (o *ownership) take(ctx context.Context, c *spatial.Collection) (*owners, error) {
	if c.GeometryType == spatial.GeometryNone || c.SRID <= 0 {
		return nil, nil
	}
	if _, err := o.pool.Exec(ctx, queryOwnerForget); err != nil {
		return nil, err
	}
	rows, err := o.pool.Query(ctx, queryOwnerTake, c.ID, int32(c.SRID))
	if err != nil {
		return nil, err
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return nil, err
	}
	return o.of(ctx, numbers)
}

// build are the areas that the cells of a build tell apart.
func (o *ownership) build(ctx context.Context, id int64) (*owners, error) {
	rows, err := o.pool.Query(ctx, queryPyramidAreas, id)
	if err != nil {
		return nil, err
	}
	lists, err := pgx.CollectRows(rows, pgx.RowTo[[]int32])
	if err != nil || len(lists) == 0 { // gone
		return nil, err
	}
	return o.of(ctx, lists[0])
}

func (o *ownership) of(ctx context.Context, numbers []int32) (*owners, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	slices.Sort(numbers)
	found := &owners{numbers: numbers, areas: make([]*raster, len(numbers)), known: o}
	var missing []int32
	o.mu.Lock()
	for i, n := range numbers {
		if found.areas[i] = o.areas[n]; found.areas[i] == nil {
			missing = append(missing, n)
		}
	}
	o.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	read, err := o.read(ctx, missing)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.areas)+len(read) > mostAreas {
		clear(o.areas)
	}
	for i, n := range numbers {
		if area := read[n]; area != nil {
			found.areas[i], o.areas[n] = area, area
		}
		if found.areas[i] == nil {
			return nil, fmt.Errorf("tiles/postgis: area %d of cells is gone", n)
		}
	}
	return found, nil
}

// read divides areas into squares.
func (o *ownership) read(ctx context.Context, numbers []int32) (map[int32]*raster, error) {
	rows, err := o.pool.Query(ctx, queryOwnerAreas, numbers)
	if err != nil {
		return nil, err
	}
	var (
		shape  mvt.Shape
		number int32
		ewkb   []byte
		areas  = map[int32]*raster{}
	)
	_, err = pgx.ForEachRow(rows, []any{&number, &ewkb}, func() error {
		xy, err := shape.Coordinates(ewkb)
		if err != nil {
			return fmt.Errorf("tiles/postgis: area %d: %w", number, err)
		}
		areas[number] = newRaster(xy, shape.Parts)
		return nil
	})
	return areas, err
}

// set is the number of a set of areas, ascending; 0 of none. It is committed before
// it is told, so that who reads it in a record finds it.
func (o *ownership) set(ctx context.Context, areas []int32) (uint32, error) {
	if len(areas) == 0 {
		return 0, nil
	}
	name := make([]byte, 0, 4*len(areas))
	for _, n := range areas {
		name = binary.LittleEndian.AppendUint32(name, uint32(n))
	}
	o.mu.Lock()
	number, ok := o.sets[string(name)]
	o.mu.Unlock()
	if ok {
		return number, nil
	}
	const tries = 5 // with others who make it just now
	for range tries {
		rows, err := o.pool.Query(ctx, queryOwnerSet, areas)
		if err != nil {
			return 0, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[uint32])
		if err != nil {
			return 0, err
		}
		if len(found) == 0 {
			continue
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if len(o.sets) > mostSets {
			clear(o.sets)
		}
		o.sets[string(name)] = found[0]
		return found[0], nil
	}
	return 0, fmt.Errorf("tiles/postgis: the set of areas %v has no number", areas)
}
