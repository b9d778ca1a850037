package tiles

import (
	"strings"
	"sync"

	"gisd/spatial"
)

// LabelSuffix behind the id of a collection names the layer of its label
// points: of each polygon the point furthest from its border, of each line its
// middle, with the feature's id and properties. A feature has one, on whatever
// tiles it lies.
const LabelSuffix = "_label"

// labels remembers the collections of label points, each for as long as the
// collection it is made from stays the same. It is safe for goroutines.
type labels struct{ of sync.Map } // labelsKey: labelled

// labelsKey: callers see a collection each as their limits leave it.
type labelsKey struct {
	id     string
	limits uint64
}

// collection is that of the label points of base, or nil where there are none.
func (l *labels) collection(base *spatial.Collection) *spatial.Collection {
	switch base.GeometryType {
	case spatial.GeometryNone, spatial.GeometryPoint, spatial.GeometryMultiPoint:
		return nil
	}
	if known, ok := l.of.Load(labelsKey{base.ID, rowsOf(base)}); ok {
		if known := known.(labelled); known.base == base {
			return known.points
		}
	}
	points := *base
	points.ID, points.LabelsOf = base.ID+LabelSuffix, base.ID
	points.GeometryType, points.Dimensions, points.Style = spatial.GeometryPoint, spatial.XY, nil
	l.of.Store(labelsKey{base.ID, rowsOf(base)}, labelled{base, &points})
	return &points
}

type labelled struct{ base, points *spatial.Collection }

// labelsOf resolves the id of a layer of label points; a collection of that id
// goes before.
func (s *Service) labelsOf(id string, a spatial.Access) *spatial.Collection {
	name, ok := strings.CutSuffix(id, LabelSuffix)
	if !ok {
		return nil
	}
	base, err := s.catalogue.Collection(name, a)
	if err != nil {
		return nil
	}
	return s.labels.collection(base)
}

// rowsID is the collection whose rows a layer is drawn from.
func rowsID(c *spatial.Collection) string {
	if c.LabelsOf != "" {
		return c.LabelsOf
	}
	return c.ID
}
