package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"gisd/spatial"
	"gisd/tiles"
)

// sink is an archive in the making. Tiles come in the order of their numbers;
// what a checkpoint has kept is there for the next run, however this one ends.
type sink interface {
	// put adds a tile, compressed by gzip.
	put(id uint64, at tiles.Coord, data []byte) error
	// checkpoint keeps what was put; the next run goes on with the tile next.
	checkpoint(next uint64) error
	// finish completes the archive, which is closed then.
	finish(ctx context.Context, d Description) error
	counts() Counts
	close() error
}

// Counts is what an archive holds. Contents are different tiles, Bytes theirs
// with compression.
type Counts struct {
	Tiles    int64 `json:"tiles"`
	Contents int64 `json:"contents"`
	Bytes    int64 `json:"bytes"`
}

// begun is a sink that is ready, and where to go on.
type begun struct {
	sink
	next    uint64
	resumed bool
}

// errOther says that what lies there belongs to another export.
var errOther = errors.New("archive: begun for something else")

// errBusy: two exports would spoil each other's file.
func errBusy() error {
	return &spatial.Error{Code: spatial.CodeConflict, Op: "archive: write", Message: "another export is writing this archive: wait for its end or stop it"}
}

// known finds tiles that were there before, among the latest and those that came
// again. It holds twice maxKnown hashes at most, some 64 MiB: beyond these a
// tile may be written twice, which costs space and nothing else.
type known[R any] struct{ young, old map[uint64]R }

const maxKnown = 1 << 19

func (k *known[R]) get(hash uint64) (R, bool) {
	if r, ok := k.young[hash]; ok {
		return r, true
	}
	r, ok := k.old[hash]
	if ok {
		k.add(hash, r)
	}
	return r, ok
}

func (k *known[R]) add(hash uint64, r R) {
	if k.young == nil || len(k.young) >= maxKnown {
		k.young, k.old = map[uint64]R{}, k.young
	}
	k.young[hash] = r
}

func hashOf(b []byte) uint64 { return xxhash.Sum64(b) }

func writing(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("archive: write: %w", err)
}
