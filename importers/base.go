package importers

import (
	"fmt"
	"strings"
	"time"

	"gisd/spatial"
)

// IDSource is where the ids of a version come from.
type IDSource string

// The sources of ids. With running numbers a feature has no identity beyond its
// version: the next import counts anew.
const (
	IDFromField    IDSource = "field"
	IDFromSource   IDSource = "source"   // ids that the source has apart from its fields
	IDFromGeometry IDSource = "geometry" // see GeometryKeys
	IDFromNumber   IDSource = "number"
)

// Base is the version of a collection that an import builds on or takes the
// place of.
type Base struct {
	Version    int
	Fields     []spatial.Field
	Geometry   spatial.GeometryType
	Dimensions spatial.Dimensions
	SRID       spatial.SRID
	IDKind     spatial.IDKind
	IDSource   IDSource // "" is not known
	IDField    string   // for IDFromField
	Features   int64
	Edits      Edits
	// Attachments is how many photos and documents belong to its features.
	Attachments int64
}

// Field finds a field by its name, or by what its name comes down to without
// case and diacritics: Shapefiles write names in capitals.
func (b *Base) Field(name string) (spatial.Field, bool) {
	column := launder(name)
	var alike *spatial.Field
	for i, f := range b.Fields {
		if f.Name == name {
			return f, true
		}
		if f.Column == column {
			alike = &b.Fields[i]
		}
	}
	if alike != nil {
		return *alike, true
	}
	return spatial.Field{}, false
}

// Edits tells how much was edited in a version since it was imported, and
// whether that has changed since.
type Edits struct {
	Count int64
	Last  time.Time
}

// Edit is what became of one feature since its version was imported.
type Edit struct {
	ID        string
	Operation string // "insert", "update", "delete"
	ChangedBy string
	At        time.Time // of the last change
}

// Refused is the edit as a line of the reject file.
func (e Edit) Refused(reason spatial.Text) RecordError {
	return RecordError{ID: e.ID, Reason: reason, Raw: fmt.Sprintf("%s by %s at %s", e.Operation, e.ChangedBy, e.At.UTC().Format(time.RFC3339))}
}

// EditedReason says of a feature that an import or a revert would undo its edit.
func EditedReason() spatial.Text {
	return spatial.Text{VI: "đối tượng đã được sửa sau lần nhập trước", EN: "the feature was edited since the last import"}
}

// SomeIDs names up to ten ids and counts the others.
func SomeIDs(ids []string, count int64) string {
	const named = 10
	text := strings.Join(ids[:min(len(ids), named)], ", ")
	if more := count - int64(min(len(ids), named)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// RefuseEdits is the conflict of an import that would undo edits; ids are some
// of the count features.
func RefuseEdits(collection string, ids []string, count int64) *spatial.Error {
	return &spatial.Error{Code: spatial.CodeConflict, Op: "importers: edits",
		Message: fmt.Sprintf("features of %s that were edited since the last import would be lost: %d (id %s); "+
			"--rebase-edits makes the edits again on the new version, --discard-edits drops them", collection, count, SomeIDs(ids, count))}
}

// refuseAttachments is the conflict of an import whose features have other ids than
// those that photos and documents belong to.
func refuseAttachments(collection string, count int64) *spatial.Error {
	return &spatial.Error{Code: spatial.CodeConflict, Op: "importers: attachments",
		Message: fmt.Sprintf("features of %s have attachments that would be lost, for the new ones have other ids: %d; "+
			"--key names the field that ids come from, --discard-edits drops them", collection, count)}
}

// RebasedReason says of a feature that an edit was made again although the source
// changes it, too.
func RebasedReason() spatial.Text {
	return spatial.Text{VI: "nguồn cũng thay đổi đối tượng đã được sửa; giữ lại bản sửa", EN: "the source changes an edited feature, too; the edit stands"}
}
