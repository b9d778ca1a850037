package live

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A compact frame is
//
//	1, a byte | 1 where the watcher forgets what it had, else 0 | sequence number,
//	uvarint | time, ms since 1970, 6 bytes | blocks
//
// and a block is what happened in one tile, a cell of the grid of its level (see
// topic; column 0 begins at 180° west, row 0 at 90° south):
//
//	level · 4 + form, a byte | column, row, 2 bytes each | age of the block, tenths
//	of a second before the frame, uvarint | its contents
//
// Numbers are little-endian. Of form 0, these changed, and 1, these are all that there
// are in the tile, the contents are
//
//	how many devices, uvarint | of each 11 bytes: number, 3 bytes | x, y within the
//	tile, 1/65536 of its width and height from west and south, 2 bytes each |
//	speed, 2 km/h, 255 unknown | bearing, 1/255 of a turn from north clockwise, 255
//	unknown | age of the fix when the block was made, tenths of a second up to 254,
//	255 older | state: 0 online, 1 stale, 2 offline, and 4 where flags say that
//	there is doubt
//	how many left the tile, uvarint | their numbers, 3 bytes each
//	bytes that follow, uvarint | JSON array of {"number","device","kind","name"} of
//	those that came into the tile or are called otherwise now
//
// Of form 2, counts, which watchers below zoom 9 get, they are
//
//	how many cells with devices, uvarint | of each its number, a byte, row · 16 +
//	column of 16 by 16 in the tile, from the south-west | how many devices, uvarint
//
// A device that left a tile is in a block of the same frame where it went to another
// that the watcher sees: what left comes first. A number is a device's as long as the
// epoch lasts. A block is made once for all watchers who may see the same.
const (
	compactVersion = 1

	formChanges = 0
	formWhole   = 1
	formCounts  = 2

	countCells = 16 // of a side of a tile
)

// tile is a topic that compact watchers look at.
type tile struct {
	topic    topic
	watchers []*Watcher

	tick, before uint64 // of the last change, and of the one before
	time         time.Time
	moved, left  []*entry // at that tick
	fresh        map[*entry]struct{}

	mu     sync.Mutex
	blocks map[blockName][]byte // made of the last change
}

type blockName struct {
	class string
	form  byte
}

// compactView is the part of a watcher that gets compact frames.
type compactView struct {
	class  string // of watchers that see the same in a tile
	counts bool
	tiles  []*tile
	told   []uint64 // of each tile 1 more than the tick that the watcher knows, 0 for none
}

// classOf names what a watcher may see, wherever it looks.
func classOf(f Filter) string {
	kinds := make([]string, len(f.Kinds))
	for i, k := range f.Kinds {
		kinds[i] = string(k)
	}
	slices.Sort(kinds)
	roles := make([]string, len(f.Access.Roles))
	for i, r := range f.Access.Roles {
		roles[i] = string(r)
	}
	slices.Sort(roles)
	return strconv.FormatBool(f.Access.Anonymous()) + "|" + f.Access.Device + "|" + strings.Join(roles, ",") + "|" + strings.Join(kinds, ",")
}

// look has a watcher look at its topics; h.mu is locked.
func (h *Hub) look(s *Watcher) {
	c := s.compact
	for _, t := range s.topics {
		at := h.tiles[t]
		if at == nil {
			at = &tile{topic: t, tick: h.ticks, time: h.cfg.Now()}
			h.tiles[t] = at
		}
		at.watchers = append(at.watchers, s)
		c.tiles = append(c.tiles, at)
	}
	c.told = make([]uint64, len(c.tiles))
}

// lookAway ends that; h.mu is locked.
func (h *Hub) lookAway(s *Watcher) {
	for _, at := range s.compact.tiles {
		if i := slices.Index(at.watchers, s); i >= 0 {
			at.watchers = slices.Delete(at.watchers, i, i+1)
		}
		if len(at.watchers) == 0 {
			delete(h.tiles, at.topic)
		}
	}
}

// change notes that an entry changed in a tile, or left it, at this tick.
func (t *tile) change(e *entry, tick uint64, now time.Time, left, fresh bool) {
	if t.tick != tick {
		t.before, t.tick, t.time = t.tick, tick, now
		t.moved, t.left, t.blocks = t.moved[:0], t.left[:0], nil
		clear(t.fresh)
	}
	switch {
	case left:
		t.left = append(t.left, e)
		return
	case fresh:
		if t.fresh == nil {
			t.fresh = map[*entry]struct{}{}
		}
		t.fresh[e] = struct{}{}
	}
	t.moved = append(t.moved, e)
}

// spread notes what an entry that changed did to the tiles.
func (h *Hub) spread(e *entry, now time.Time) {
	for index := range levelCount {
		here := e.cell.at(index)
		came := e.untold
		for i, c := range e.passed {
			from := c.at(index)
			if e.known && from == here {
				continue
			}
			came = true
			again := slices.ContainsFunc(e.passed[:i], func(p cell) bool { return p.at(index) == from })
			if at := h.tiles[from]; at != nil && !again {
				at.change(e, h.ticks, now, true, false)
			}
		}
		if at := h.tiles[here]; at != nil && e.known {
			at.change(e, h.ticks, now, false, came)
		}
	}
	e.untold = !e.known
}

// takeCompact writes what a compact watcher does not know; h.mu is locked for reading.
func (s *Watcher) takeCompact(frame *Frame) {
	c, h := s.compact, s.hub
	var blocks []byte
	for i, t := range c.tiles {
		if c.told[i] == t.tick+1 {
			continue
		}
		form, empty := byte(formWhole), 3
		switch {
		case c.counts:
			form, empty = formCounts, 1
		case c.told[i] != 0 && c.told[i] == t.before+1:
			form = formChanges
		}
		block := h.block(t, blockName{c.class, form}, s.filter)
		needless := len(block) == empty && (c.told[i] == 0 || form == formChanges)
		if c.told[i] = t.tick + 1; needless {
			continue
		}
		blocks = append(blocks, byte(levelOf(t.topic.level))<<2|form)
		blocks = binary.LittleEndian.AppendUint16(blocks, t.topic.cell.x)
		blocks = binary.LittleEndian.AppendUint16(blocks, t.topic.cell.y)
		blocks = binary.AppendUvarint(blocks, uint64(max(0, frame.Time.Sub(t.time)/tenth)))
		blocks = append(blocks, block...)
	}
	if len(blocks) == 0 && !frame.Snapshot {
		return
	}
	head := make([]byte, 2, 16+len(blocks))
	head[0] = compactVersion
	if frame.Snapshot {
		head[1] = 1
	}
	head = binary.AppendUvarint(head, frame.Seq)
	ms := uint64(frame.Time.UnixMilli())
	head = append(head, byte(ms), byte(ms>>8), byte(ms>>16), byte(ms>>24), byte(ms>>32), byte(ms>>40))
	frame.Compact = append(head, blocks...)
}

const tenth = 100 * time.Millisecond

// block returns the contents of a block, made for the first who asks.
func (h *Hub) block(t *tile, name blockName, f Filter) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b, ok := t.blocks[name]; ok {
		return b
	}
	f.BBox = nil // who looks at a tile looks at all of it
	var b []byte
	switch name.form {
	case formCounts:
		b = h.countBlock(t, f)
	case formWhole:
		var all []*entry
		h.in(t.topic, func(e *entry) { all = append(all, e) })
		b = deviceBlock(t, f, all, nil, func(*entry) bool { return true })
	default:
		b = deviceBlock(t, f, t.moved, t.left, func(e *entry) bool {
			_, ok := t.fresh[e]
			return ok
		})
	}
	if t.blocks == nil {
		t.blocks = map[blockName][]byte{}
	}
	t.blocks[name] = b
	return b
}

// deviceBlock writes the contents of a block of devices. One that has gone on since
// the tick counts as having left.
func deviceBlock(t *tile, f Filter, moved, left []*entry, fresh func(*entry) bool) []byte {
	var records, gone, names []byte
	devices, leavers := 0, 0
	for _, e := range moved {
		switch {
		case !f.wants(e) || e.cell.at(t.topic.level) != t.topic:
			gone, leavers = appendUint24(gone, e.index), leavers+1
		default:
			records, devices = e.appendRecord(records, t), devices+1
			if fresh(e) {
				names = e.appendName(names)
			}
		}
	}
	for _, e := range left {
		if !(e.known && e.cell.at(t.topic.level) == t.topic) {
			gone, leavers = appendUint24(gone, e.index), leavers+1
		}
	}
	b := make([]byte, 0, len(records)+len(gone)+len(names)+12)
	b = append(binary.AppendUvarint(b, uint64(devices)), records...)
	b = append(binary.AppendUvarint(b, uint64(leavers)), gone...)
	if len(names) > 0 {
		names[0] = '['
		names = append(names, ']')
	}
	return append(binary.AppendUvarint(b, uint64(len(names))), names...)
}

func appendUint24(dst []byte, v int) []byte {
	return append(dst, byte(v), byte(v>>8), byte(v>>16))
}

// appendRecord writes where a device is within a tile.
func (e *entry) appendRecord(dst []byte, t *tile) []byte {
	p := &e.last
	x, y := within(t.topic, p.Lon, p.Lat)
	dst = appendUint24(dst, e.index)
	dst = binary.LittleEndian.AppendUint16(dst, x)
	dst = binary.LittleEndian.AppendUint16(dst, y)
	speed, bearing, age, state := byte(255), byte(255), byte(255), byte(0)
	if p.SpeedKMH.Known {
		speed = byte(min(math.Round(p.SpeedKMH.Value/2), 254))
	}
	if p.BearingDegrees.Known {
		bearing = byte(int(math.Round(p.BearingDegrees.Value/360*255)) % 255)
	}
	if old := t.time.Sub(p.Time) / tenth; old < 255 {
		age = byte(max(old, 0))
	}
	switch e.state {
	case Stale:
		state = 1
	case Offline:
		state = 2
	}
	if p.Flags != 0 {
		state |= 4
	}
	return append(dst, speed, bearing, age, state)
}

// within is where a place lies in its tile, from the south-west.
func within(t topic, lon, lat float64) (x, y uint16) {
	n := float64(int(1) << levelOf(t.level))
	part := func(v, span float64, cell uint16) uint16 {
		return uint16(min(max((v/span*n-float64(cell))*65536, 0), 65535))
	}
	return part(lon+180, 360, t.cell.x), part(lat+90, 180, t.cell.y)
}

// appendName writes what a device is called, a comma before it.
func (e *entry) appendName(dst []byte) []byte {
	dst = append(dst, `,{"number":`...)
	dst = strconv.AppendInt(dst, int64(e.index), 10)
	dst = append(dst, `,"device":`...)
	dst = appendText(dst, e.device.ID)
	dst = append(dst, `,"kind":`...)
	dst = appendText(dst, string(e.device.Kind))
	dst = append(dst, `,"name":`...)
	dst = appendText(dst, e.device.Name)
	return append(dst, '}')
}
