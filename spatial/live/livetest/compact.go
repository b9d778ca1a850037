package livetest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Map is what a map knows from compact frames.
type Map struct {
	Seq     uint64
	Time    time.Time
	Devices map[int]Marker
	Names   map[int]Name
	Counts  map[Tile]map[int]int // by the number of the cell
	Blocks  map[int]int          // how many of each form came
	Moved   int                  // devices in the last frame
}

// Marker is a device on the map, degrees.
type Marker struct {
	Tile           Tile
	Lon, Lat       float64
	Speed, Bearing int // as they are sent
	Age            time.Duration
	State          int
}

// Tile is a cell of the grid of a level.
type Tile struct{ Level, Column, Row int }

// Name is what a device is called.
type Name struct {
	Number             int
	Device, Kind, Name string
}

// Apply takes a frame in.
func (m *Map) Apply(frame []byte) (err error) {
	r := &reader{rest: frame}
	defer func() {
		if r.short {
			err = fmt.Errorf("the frame ends too early: % x", frame)
		}
	}()
	if v := r.number(1); v != 1 {
		return fmt.Errorf("version %d", v)
	}
	if r.number(1) == 1 {
		*m = Map{Devices: map[int]Marker{}, Names: map[int]Name{}, Counts: map[Tile]map[int]int{}, Blocks: map[int]int{}}
	}
	m.Seq, m.Time = r.uvarint(), time.UnixMilli(int64(r.number(6)))
	type arrival struct {
		number int
		marker Marker
	}
	var came []arrival
	for len(r.rest) > 0 && !r.short {
		head := r.number(1)
		tile := Tile{head >> 2, r.number(2), r.number(2)}
		age := time.Duration(r.uvarint()) * 100 * time.Millisecond
		m.Blocks[head&3]++
		if head&3 == 2 {
			m.Counts[tile] = map[int]int{}
			for range r.uvarint() {
				cell := r.number(1)
				m.Counts[tile][cell] = int(r.uvarint())
			}
			continue
		}
		if head&3 == 1 {
			m.forget(tile, func(int) bool { return true })
		}
		for range r.uvarint() {
			n, marker := r.marker(tile, age)
			came = append(came, arrival{n, marker})
		}
		for range r.uvarint() {
			gone := r.number(3)
			m.forget(tile, func(n int) bool { return n == gone })
		}
		if text := r.take(int(r.uvarint())); len(text) > 0 {
			var names []Name
			if err := json.Unmarshal(text, &names); err != nil {
				return fmt.Errorf("%q: %w", text, err)
			}
			for _, n := range names {
				m.Names[n.Number] = n
			}
		}
	}
	m.Moved = len(came)
	for _, a := range came {
		m.Devices[a.number] = a.marker
	}
	return nil
}

// forget takes devices off that are in the tile.
func (m *Map) forget(tile Tile, which func(int) bool) {
	for n, d := range m.Devices {
		if d.Tile == tile && which(n) {
			delete(m.Devices, n)
		}
	}
}

type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.short, r.rest = true, nil
		return make([]byte, 8)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) number(bytes int) (v int) {
	for i, b := range r.take(bytes)[:bytes] {
		v |= int(b) << (8 * i)
	}
	return v
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.short, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) marker(t Tile, age time.Duration) (int, Marker) {
	n := r.number(3)
	size := float64(int(1) << t.Level)
	m := Marker{Tile: t}
	m.Lon = (float64(t.Column)+(float64(r.number(2))+0.5)/65536)/size*360 - 180
	m.Lat = (float64(t.Row)+(float64(r.number(2))+0.5)/65536)/size*180 - 90
	m.Speed, m.Bearing = r.number(1), r.number(1)
	m.Age = age + time.Duration(r.number(1))*100*time.Millisecond
	m.State = r.number(1)
	return n, m
}
