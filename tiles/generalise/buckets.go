package generalise

// buckets is a raster of squares over the cell, each with the vertices in it
// and the edges that pass within one unit of it, as chains.
type buckets struct {
	bounds     box
	shift      uint
	cols, rows int32
	vertices   []int32 // first vertex + 1 of each bucket
	nextVertex []int32 // by vertex
	edges      []int32 // first entry + 1
	entries    []entry
}

type entry struct{ edge, next int32 }

// reset lays the raster over b for about n vertices, one a bucket.
func (k *buckets) reset(b box, n int) {
	k.bounds, k.shift = b, 2
	for {
		k.cols, k.rows = (b.maxX-b.minX)>>k.shift+1, (b.maxY-b.minY)>>k.shift+1
		if int64(k.cols)*int64(k.rows) <= int64(max(n, 64)) {
			break
		}
		k.shift++
	}
	k.vertices = zeroed(k.vertices, int(k.cols*k.rows))
	k.edges = zeroed(k.edges, int(k.cols*k.rows))
	k.entries = k.entries[:0]
	k.nextVertex = k.nextVertex[:0]
}

func (k *buckets) col(x int32) int32 {
	return (min(max(x, k.bounds.minX), k.bounds.maxX) - k.bounds.minX) >> k.shift
}

func (k *buckets) row(y int32) int32 {
	return (min(max(y, k.bounds.minY), k.bounds.maxY) - k.bounds.minY) >> k.shift
}

func (k *buckets) addVertex(v int32, p Point) {
	for int(v) >= len(k.nextVertex) {
		k.nextVertex = append(k.nextVertex, 0)
	}
	at := k.row(p.Y)*k.cols + k.col(p.X)
	k.nextVertex[v] = k.vertices[at]
	k.vertices[at] = v + 1
}

func (k *buckets) addEdge(e, bucket int32) {
	k.entries = append(k.entries, entry{e, k.edges[bucket]})
	k.edges[bucket] = int32(len(k.entries))
}

// along appends the buckets that come within one unit of p-q.
func (k *buckets) along(dst []int32, p, q Point) []int32 {
	if p.Y > q.Y {
		p, q = q, p
	}
	c0, c1 := k.col(min(p.X, q.X)-1), k.col(max(p.X, q.X)+1)
	r0, r1 := k.row(p.Y-1), k.row(q.Y+1)
	for r := r0; r <= r1; r++ {
		from, to := c0, c1
		if r1-r0 > 1 && c1-c0 > 1 && q.Y-p.Y > 4 {
			// the part of the edge in this row, and a unit more
			slope := float64(q.X-p.X) / float64(q.Y-p.Y)
			top := max(k.bounds.minY+r<<k.shift-2, p.Y)
			bottom := min(k.bounds.minY+(r+1)<<k.shift+2, q.Y)
			if top > bottom {
				top, bottom = min(top, q.Y), max(bottom, p.Y)
			}
			a := float64(p.X) + float64(float64(top-p.Y)*slope)
			b := float64(p.X) + float64(float64(bottom-p.Y)*slope)
			from, to = k.col(int32(min(a, b))-2), k.col(int32(max(a, b))+2)
		}
		for c := from; c <= to; c++ {
			dst = append(dst, r*k.cols+c)
		}
	}
	return dst
}
