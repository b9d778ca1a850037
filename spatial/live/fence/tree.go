package fence

import (
	"cmp"
	"math"
	"slices"
)

// tree is a packed R-tree over boxes: boxes of the leaves first, then those of each
// level above, the root last. It is immutable.
type tree struct {
	items  []int32 // of the leaves: the number that the box was given with
	boxes  []box
	levels []int // where each level ends in boxes
}

const fanOut = 8

// newTree sorts by vertical strips and then upwards within each (sort-tile-
// recursive), so that neighbours share nodes.
func newTree(boxes []box) *tree {
	t := &tree{items: make([]int32, len(boxes))}
	for i := range t.items {
		t.items[i] = int32(i)
	}
	if len(boxes) == 0 {
		return t
	}
	centre := func(low, high float64) float64 { return low + high }
	slices.SortFunc(t.items, func(a, b int32) int {
		return cmp.Compare(centre(boxes[a].minX, boxes[a].maxX), centre(boxes[b].minX, boxes[b].maxX))
	})
	leaves := (len(boxes) + fanOut - 1) / fanOut
	strip := int(math.Ceil(math.Sqrt(float64(leaves)))) * fanOut
	for at := 0; at < len(t.items); at += strip {
		slices.SortFunc(t.items[at:min(at+strip, len(t.items))], func(a, b int32) int {
			return cmp.Compare(centre(boxes[a].minY, boxes[a].maxY), centre(boxes[b].minY, boxes[b].maxY))
		})
	}
	for _, i := range t.items {
		t.boxes = append(t.boxes, boxes[i])
	}
	t.levels = []int{len(t.boxes)}
	for start := 0; len(t.boxes)-start > 1; {
		end := len(t.boxes)
		for at := start; at < end; at += fanOut {
			node := emptyBox()
			for _, b := range t.boxes[at:min(at+fanOut, end)] {
				node = node.with(b)
			}
			t.boxes = append(t.boxes, node)
		}
		start = end
		t.levels = append(t.levels, len(t.boxes))
	}
	return t
}

// search appends the numbers of the boxes that meet the one that is asked for.
func (t *tree) search(asked box, found []int32) []int32 {
	if len(t.boxes) == 0 {
		return found
	}
	return t.descend(len(t.levels)-1, len(t.boxes)-1, asked, found)
}

func (t *tree) descend(level, at int, asked box, found []int32) []int32 {
	if !t.boxes[at].meets(asked) {
		return found
	}
	if level == 0 {
		return append(found, t.items[at])
	}
	base, below := 0, 0
	if level > 1 {
		below = t.levels[level-2]
	}
	base = t.levels[level-1]
	first := below + (at-base)*fanOut
	for i := first; i < min(first+fanOut, base); i++ {
		found = t.descend(level-1, i, asked, found)
	}
	return found
}
