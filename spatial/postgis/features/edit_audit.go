package features

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// Bounds of one line of the audit trail: the ids that it names, and the bytes of what
// it tells of a feature's properties. History has all of them.
const (
	mostAudited      = 100
	mostAuditedBytes = 64 << 10
)

// states are what a change made of properties, by name. Geometries stand in history.
type states struct {
	Before   map[string]any `json:"before,omitempty"`
	After    map[string]any `json:"after,omitempty"`
	Geometry bool           `json:"geometry,omitempty"` // it was set anew
}

// audit writes a line of the audit trail within the change's transaction.
func audit(ctx context.Context, tx pgx.Tx, a spatial.Access, action, collection string, ids []string, s states) error {
	type line struct {
		IDs   []string `json:"ids"`
		Count int      `json:"count"`
		states
	}
	l := line{ids[:min(len(ids), mostAudited)], len(ids), s}
	detail, err := json.Marshal(l)
	if err != nil || len(detail) > mostAuditedBytes { // what plain SQL has written may be no JSON: NaN
		l.states = states{Geometry: s.Geometry}
		detail, err = json.Marshal(l)
	}
	if err != nil {
		return fmt.Errorf("postgis: audit detail: %w", err)
	}
	_, err = tx.Exec(ctx, queryEditAudit, a.Subject, action, collection, detail)
	return err
}

// changed are the properties that an edit gives other values.
func changed(c *spatial.Collection, before *spatial.Feature, edit spatial.Edit) states {
	s := states{Before: map[string]any{}, After: map[string]any{}, Geometry: edit.SetsGeometry}
	for i, value := range edit.Properties {
		if was := before.Properties[i]; !reflect.DeepEqual(was, value) {
			s.Before[c.Fields[i].Name], s.After[c.Fields[i].Name] = was, value
		}
	}
	return s
}

// valued are the properties of a feature that are not null.
func valued(c *spatial.Collection, f *spatial.Feature) map[string]any {
	values := map[string]any{}
	for i, value := range f.Properties {
		if value != nil {
			values[c.Fields[i].Name] = value
		}
	}
	return values
}

// added are the properties of a new feature; of many at once history alone tells.
func added(c *spatial.Collection, edits []spatial.Edit) states {
	if len(edits) != 1 {
		return states{}
	}
	s := states{After: map[string]any{}, Geometry: !edits[0].Geometry.Empty()}
	for i, value := range edits[0].Properties {
		if value != nil {
			s.After[c.Fields[i].Name] = value
		}
	}
	return s
}
