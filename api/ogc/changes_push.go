package ogc

import (
	"encoding/json"
	"strconv"

	"gisd/spatial"
)

// pushMost bounds the features in one message of changes, in bytes.
const pushMost = 1 << 20

// PushedChanges words changes for those to whom they are pushed, as the resource
// changes does: JSON, coordinates in CRS84 as lon, lat degrees. What does not fit
// into a message is left for the next one, which goes on behind the position that is
// returned; a feature that does not fit into any is left out, its change is not.
func (h *Handlers) PushedChanges(c *spatial.Collection, a spatial.Access, page *spatial.FeatureChanges) (data json.RawMessage, position uint64, err error) {
	r := &request{h: h, access: a, format: formatJSON}
	changes, err := r.describeChanges(c, view{to: crs84, decimals: crs84.decimals()}, page.List)
	if err != nil {
		return nil, 0, err
	}
	position = page.Position
	size := 0
	for i := range changes {
		size += len(changes[i].Feature)
		if size <= pushMost {
			continue
		}
		if i > 0 {
			changes, position = changes[:i], page.List[i-1].Position
			break
		}
		changes[i].Feature, size = nil, 0
	}
	data, err = marshal(struct {
		Collection     string      `json:"collection"`
		Changes        []changeDoc `json:"changes"`
		NumberReturned int         `json:"numberReturned"`
		Position       string      `json:"position"`
	}{c.ID, changes, len(changes), strconv.FormatUint(position, 10)})
	return data, position, err
}
