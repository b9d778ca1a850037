package table

import (
	"bytes"
	"encoding/json"

	"gisd/importers"
)

// maxWhole bounds what is kept of a row or a parcel for the reject file.
const maxWhole = 64 << 10

// listed is a row that does not fit its columns: a list of its values, of which
// nobody knows where they belong. What is beyond the bound is left out.
func (b *Builder) listed(cells []Cell) *importers.RejectedRecord {
	var values []string
	for size, i := 0, 0; i < len(cells) && size < maxWhole; i++ {
		raw := cells[i].Text[:min(len(cells[i].Text), maxWhole-size)]
		size += len(raw) + 1
		values = append(values, b.said(i, raw))
	}
	return &importers.RejectedRecord{Values: marshal(values)}
}

// said is the text of a column, decoded as the column's field is, or as the first
// one of text is where it has none.
func (b *Builder) said(column int, raw []byte) string {
	var chosen int
	for i, c := range b.l.columns {
		if c == column {
			chosen = i
			break
		}
		if chosen == 0 && !b.utf8[i] {
			chosen = i
		}
	}
	if chosen >= len(b.decs) {
		return string(bytes.ToValidUTF8(raw, []byte("\ufffd")))
	}
	return string(b.decs[chosen].Append(nil, raw[:min(len(raw), maxWhole)]))
}

// named is the record with what its geometry was to be made of, under a name.
func (b *Builder) named(name string, of any) *importers.RejectedRecord {
	for _, f := range b.l.Fields {
		if f.Name == name {
			name += "_"
		}
	}
	whole := importers.AppendObject(nil, b.l.Fields, b.values)
	whole = whole[:len(whole)-1]
	if len(b.l.Fields) > 0 {
		whole = append(whole, ',')
	}
	whole = append(append(whole, marshal(name)...), ':')
	return &importers.RejectedRecord{Values: append(append(whole, marshal(of)...), '}')}
}

func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// see keeps a corner as it is written, should its parcel be refused.
func (g *group) see(r *Roles, cells []Cell) {
	for _, i := range [...]int{r.X, r.Y} {
		if len(g.saw) > maxWhole {
			return
		}
		if i < len(cells) {
			text := cells[i].Text
			g.saw = append(g.saw, text[:min(len(text), maxWhole)]...)
		}
		g.saw = append(g.saw, 0)
	}
}

// corners are those that see has kept.
func (g *group) corners() [][2]string {
	parts := bytes.Split(bytes.TrimSuffix(g.saw, []byte{0}), []byte{0})
	corners := make([][2]string, 0, len(parts)/2)
	for ; len(parts) > 1; parts = parts[2:] {
		if len(parts[0])+len(parts[1]) == 0 {
			continue
		}
		corners = append(corners, [2]string{string(bytes.ToValidUTF8(parts[0], nil)), string(bytes.ToValidUTF8(parts[1], nil))})
	}
	return corners
}

// emitParcel hands over the parcel, with its corners where it is refused.
func (b *Builder) emitParcel() error {
	if e := b.rec.Err; e != nil {
		e.Whole = b.named("corners", b.group.corners())
	}
	return b.emit(&b.rec)
}
