package dxf

import (
	"errors"
	"io"
)

// maxCached bounds the memory that blocks are kept in; larger ones are read
// from the file each time.
const maxCached = 48 << 20

// blockCache holds the entities of blocks.
type blockCache struct {
	d      *drawing
	file   io.ReaderAt
	blocks map[string][]entity
	cost   int
	failed map[string]error
}

func newBlockCache(d *drawing, file io.ReaderAt) *blockCache {
	return &blockCache{d: d, file: file, blocks: map[string][]entity{}, failed: map[string]error{}}
}

// each hands the entities of a block to visit. What visit gets is not changed
// while it runs, however deep it calls each again.
func (c *blockCache) each(name string, b blockRef, visit func(*entity) error) error {
	if list, ok := c.blocks[name]; ok {
		for i := range list {
			if err := visit(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := c.failed[name]; err != nil {
		return err
	}
	r := entityReader{tags: c.d.reader(c.file, b.at)}
	r.begin()
	var kept []entity
	keep, cost := true, 64+len(name)
	for {
		var e entity
		err := r.read(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.failed[name] = err
			return err
		}
		if keep {
			cost += e.cost()
			if keep = c.cost+cost <= maxCached; keep {
				kept = append(kept, e)
			} else {
				kept = nil
			}
		}
		if err := visit(&e); err != nil {
			return err
		}
	}
	if _, ok := c.blocks[name]; keep && !ok {
		c.blocks[name] = kept
		c.cost += cost
	}
	return nil
}
