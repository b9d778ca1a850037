package live

import (
	"math"

	"gisd/spatial"
)

// A topic is one cell of a grid over lon, lat: level L cuts the 360 x 180
// degrees into 2^L columns and 2^L rows. A watcher subscribes to the cells its
// viewport touches, at the finest level where these are few, so that a move
// costs only those who watch near it.
//
//	level 12   0.088 x 0.044 degrees, about 9.6 x 4.9 km at the equator
//	level  9   0.70 x 0.35 degrees
//	level  0   the whole world
const (
	finestLevel = 12
	levelStep   = 3
	levelCount  = finestLevel/levelStep + 1
	maxTopics   = 32 // per watcher
)

// cell is a place in the finest level.
type cell struct{ x, y uint16 }

// topic is a cell of some level.
type topic struct {
	level int // index: 0 is the finest
	cell  cell
}

func levelOf(index int) int { return finestLevel - index*levelStep }

// at returns the topic of that level index which holds the cell.
func (c cell) at(index int) topic {
	shift := index * levelStep
	return topic{index, cell{c.x >> shift, c.y >> shift}}
}

// cellOf places lon, lat degrees; the last row and column hold their far edge.
func cellOf(lon, lat float64) cell {
	return cell{gridIndex(lon+180, 360, finestLevel), gridIndex(lat+90, 180, finestLevel)}
}

func gridIndex(v, span float64, level int) uint16 {
	n := float64(int(1) << level)
	return uint16(math.Min(math.Max(math.Floor(v/span*n), 0), n-1))
}

// world is every place there is.
func world() spatial.Envelope {
	return spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: -180, MinY: -90, MaxX: 180, MaxY: 90}
}

// contains reports whether lon, lat degrees lie in the box, edges inside. A box
// with MinX > MaxX crosses the antimeridian (RFC 7946 §5.2).
func contains(e spatial.Envelope, lon, lat float64) bool {
	if lat < e.MinY || lat > e.MaxY {
		return false
	}
	if e.MinX <= e.MaxX {
		return lon >= e.MinX && lon <= e.MaxX
	}
	return lon >= e.MinX || lon <= e.MaxX
}

// topicsOf lists the topics a viewport touches: at most maxTopics, of one level.
func topicsOf(e spatial.Envelope) []topic {
	for index := range levelCount {
		if topics := topicsAt(e, index); topics != nil {
			return topics
		}
	}
	return []topic{{level: levelCount - 1}}
}

// topicsAt returns nil where the level needs more than maxTopics.
func topicsAt(e spatial.Envelope, index int) []topic {
	level := levelOf(index)
	y0, y1 := gridIndex(e.MinY+90, 180, level), gridIndex(e.MaxY+90, 180, level)
	columns := columnsOf(e, level)
	if len(columns)*(int(y1)-int(y0)+1) > maxTopics {
		return nil
	}
	var topics []topic
	for _, x := range columns {
		for y := y0; y <= y1; y++ {
			topics = append(topics, topic{index, cell{x, y}})
		}
	}
	return topics
}

// columnsOf lists the columns of the box, without repeating one where the two
// ends of a box over the antimeridian share it.
func columnsOf(e spatial.Envelope, level int) []uint16 {
	x0, x1 := gridIndex(e.MinX+180, 360, level), gridIndex(e.MaxX+180, 360, level)
	last := uint16(1<<level - 1)
	var columns []uint16
	if e.MinX <= e.MaxX {
		for x := x0; x <= x1; x++ {
			columns = append(columns, x)
		}
		return columns
	}
	for x := int(x0); x <= int(last); x++ {
		columns = append(columns, uint16(x))
	}
	for x := range min(x1+1, x0) {
		columns = append(columns, x)
	}
	return columns
}
