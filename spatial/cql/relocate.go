package cql

// Relocation brings literals from one reference system or axis order to another.
// A function that fails ends the relocation with its error.
type Relocation struct {
	Position func(x, y float64) (float64, float64, error)
	Box      func(minX, minY, maxX, maxY float64) ([4]float64, error) // min x, min y, max x, max y
}

// Relocate returns the expression with every position of its literals in
// another place. Heights stay, and so does n.
func (r Relocation) Relocate(n Node) (Node, error) {
	switch n := n.(type) {
	case Geometry:
		return r.geometry(n)
	case BBox:
		return r.box(n)
	case Operation:
		args, err := r.all(n.Args)
		return Operation{n.Op, args}, err
	case Function:
		args, err := r.all(n.Args)
		return Function{n.Name, args}, err
	case Array:
		items, err := r.all(n.Items)
		return Array{items}, err
	}
	return n, nil
}

func (r Relocation) all(nodes []Node) ([]Node, error) {
	out := make([]Node, len(nodes))
	for i, n := range nodes {
		var err error
		if out[i], err = r.Relocate(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r Relocation) geometry(g Geometry) (Geometry, error) {
	moved := Geometry{Type: g.Type, Dim: g.Dim, Coordinates: append([]float64(nil), g.Coordinates...)}
	for i := 0; i+1 < len(moved.Coordinates); i += g.Dim {
		x, y, err := r.Position(g.Coordinates[i], g.Coordinates[i+1])
		if err != nil {
			return g, err
		}
		moved.Coordinates[i], moved.Coordinates[i+1] = x, y
	}
	for _, p := range g.Parts {
		part, err := r.geometry(p)
		if err != nil {
			return g, err
		}
		moved.Parts = append(moved.Parts, part)
	}
	return moved, nil
}

func (r Relocation) box(b BBox) (BBox, error) {
	half := len(b.Values) / 2
	moved := append([]float64(nil), b.Values...)
	v, err := r.Box(b.Values[0], b.Values[1], b.Values[half], b.Values[half+1])
	moved[0], moved[1], moved[half], moved[half+1] = v[0], v[1], v[2], v[3]
	return BBox{moved}, err
}
