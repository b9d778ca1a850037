package dxf

import (
	"fmt"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// The fields that every layer has, in their order.
const (
	fieldLayer = iota
	fieldType
	fieldColor
	fieldACI
	fieldLinetype
	fieldHandle
	fieldText
	fieldHeight
	fieldRotation
	fieldBlock
	fieldThickness
	fieldHidden
	fieldPaper
	baseFields
)

func baseInfos() [baseFields]importers.FieldInfo {
	field := func(name string, kind spatial.FieldType, vi, en string) importers.FieldInfo {
		return importers.FieldInfo{Name: name, Type: kind, Title: spatial.Text{VI: vi, EN: en}}
	}
	return [baseFields]importers.FieldInfo{
		fieldLayer:     field("layer", spatial.FieldString, "Lớp CAD", "CAD layer"),
		fieldType:      field("type", spatial.FieldString, "Loại đối tượng", "Entity type"),
		fieldColor:     field("color", spatial.FieldString, "Màu", "Colour"),
		fieldACI:       field("aci", spatial.FieldInteger, "Số màu AutoCAD", "AutoCAD colour index"),
		fieldLinetype:  field("linetype", spatial.FieldString, "Kiểu đường", "Line type"),
		fieldHandle:    field("handle", spatial.FieldString, "Mã đối tượng", "Handle"),
		fieldText:      field("text", spatial.FieldString, "Nội dung chữ", "Text"),
		fieldHeight:    field("height", spatial.FieldNumber, "Chiều cao chữ", "Text height"),
		fieldRotation:  field("rotation", spatial.FieldNumber, "Góc xoay", "Rotation"),
		fieldBlock:     field("block", spatial.FieldString, "Khối", "Block"),
		fieldThickness: field("thickness", spatial.FieldNumber, "Độ dày", "Thickness"),
		fieldHidden:    field("hidden", spatial.FieldBoolean, "Bị ẩn", "Hidden"),
		fieldPaper:     field("paper_space", spatial.FieldBoolean, "Trên trang giấy", "On a layout"),
	}
}

// layout says what stands where in the records of a layer.
type layout struct {
	infos []importers.FieldInfo
	// extra is the place of each of the layer's extra fields.
	extra []int
	xdata int // place of the field "xdata", -1 without one
	decs  []*decoders
}

// layoutOf settles the fields of a layer. A property that was written here
// under the name and type of a field that every layer has takes its place.
func (v *survey) layoutOf(l *layerSurvey, forced string) *layout {
	choices := v.choose(l, forced)
	if forced == "auto" {
		forced = ""
	}
	o := &layout{xdata: -1}
	for i, c := range choices {
		d := newDecoders(c.Decoder(), v.unicode(), forced != "")
		if v.unicode() && d.plain == nil {
			choices[i] = encodings.Choice{Encoding: "utf-8", Confidence: 1, Reason: "the drawing is of version " + v.d.version}
		}
		o.decs = append(o.decs, d)
	}
	base := baseInfos()
	o.infos = base[:]
	o.infos[fieldText].Text = &choices[columnText]
	for _, i := range []int{fieldLayer, fieldLinetype, fieldBlock} {
		o.infos[i].Text = &choices[columnNames]
	}
	used := map[string]int{}
	for i := range o.infos {
		used[o.infos[i].Name] = i
	}
	for i, f := range l.fields {
		name := string(o.decs[columnNames].decode(rawText{bytes: f.name}))
		if name == "" {
			name = "field"
		}
		if at, ok := used[name]; ok && at < baseFields && o.infos[at].Type == f.kind && f.texts == nil {
			o.extra = append(o.extra, at)
			continue
		}
		info := importers.FieldInfo{Name: unused(name, used), Type: f.kind}
		if f.texts != nil {
			info.Text = &choices[firstExtraColumn+i]
		}
		used[info.Name] = len(o.infos)
		o.extra = append(o.extra, len(o.infos))
		o.infos = append(o.infos, info)
	}
	for i := range o.infos {
		if f := &o.infos[i]; f.Type == spatial.FieldString && f.Text == nil {
			f.Text = &encodings.Choice{Encoding: "utf-8", Confidence: 1, Reason: "written by this program"}
		}
	}
	if l.xdata {
		o.xdata = len(o.infos)
		o.infos = append(o.infos, importers.FieldInfo{Name: unused("xdata", used), Type: spatial.FieldJSON,
			Title: spatial.Text{VI: "Dữ liệu mở rộng", EN: "Extended data"}})
	}
	return o
}

func unused(name string, used map[string]int) string {
	candidate := name
	for n := 2; ; n++ {
		if _, taken := used[candidate]; !taken {
			return candidate
		}
		candidate = fmt.Sprintf("%s_%d", name, n)
	}
}
