package simulate

import (
	"math"

	"github.com/paulmach/orb"
)

// network is lines joined where their ends meet.
type network struct {
	paths []*path
	ends  map[node][]link
	total float64 // metres
}

// node is an end, to about 0.1 m.
type node struct{ x, y int64 }

func nodeOf(p orb.Point) node {
	return node{int64(math.Round(p[0] * 1e6)), int64(math.Round(p[1] * 1e6))}
}

// link is a way to go on from a node: a path from its start, or from its end.
type link struct {
	path     *path
	backward bool
}

// minPathMeters: vehicles would do nothing but turn on shorter lines that lead
// nowhere.
const minPathMeters = 200

func newNetwork(lines []orb.LineString) *network {
	n := &network{ends: make(map[node][]link)}
	for _, line := range lines {
		p := newPath(line)
		if p == nil || p.length() < minPathMeters {
			continue
		}
		n.paths = append(n.paths, p)
		n.total += p.length()
		first, last := nodeOf(p.points[0]), nodeOf(p.points[len(p.points)-1])
		n.ends[first] = append(n.ends[first], link{path: p})
		n.ends[last] = append(n.ends[last], link{path: p, backward: true})
	}
	return n
}

// place returns the path that holds the given share of the network's length,
// and the distance along it.
func (n *network) place(share float64) (*path, float64) {
	rest := share * n.total
	for _, p := range n.paths {
		if rest < p.length() {
			return p, rest
		}
		rest -= p.length()
	}
	last := n.paths[len(n.paths)-1]
	return last, last.length()
}

// onward lists the ways to go on at the end of a link, the way back left out.
func (n *network) onward(l link) []link {
	end := l.path.points[len(l.path.points)-1]
	if l.backward {
		end = l.path.points[0]
	}
	var ways []link
	for _, way := range n.ends[nodeOf(end)] {
		if way.path != l.path {
			ways = append(ways, way)
		}
	}
	return ways
}
