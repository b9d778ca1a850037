package demo

import (
	"encoding/json"
	"fmt"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// Options of the demo province.
type Options struct {
	Scale int // multiplies the parcels; 0 is 1, at most 50
}

// Layer is one collection of the demo with the source that fills it.
type Layer struct {
	// Collection carries what the catalogue needs beyond the source's schema:
	// id, titles, group, zooms, style, visibility, search and time fields.
	Collection spatial.Collection
	Key        string // field to take the feature id from; "" numbers them
	Source     importers.Source
}

// IDPrefix starts the id of every demo collection, code list and device.
const IDPrefix = "demo_"

// maxScale keeps the parcels within the room that the growth centres have.
const maxScale = 50

// Layers returns the demo's collections in the order of the layer list.
func Layers(o Options) ([]Layer, error) {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Scale < 1 || o.Scale > maxScale {
		return nil, spatial.Invalid("demo", fmt.Sprintf("scale must be between 1 and %d", maxScale))
	}
	w, err := newWorld()
	if err != nil {
		return nil, err
	}
	var out []Layer
	for _, list := range [][]Layer{w.adminLayers(), w.planLayers(o.Scale), w.transportLayers(), w.utilityLayers(), w.serviceLayers()} {
		out = append(out, list...)
	}
	return out, nil
}

func demoCRS() importers.CRS {
	return importers.CRS{SRID: planeSRID, Reason: "made in EPSG:9210"}
}

// entry is the short form in which the layers below are written.
type entry struct {
	id, vi, en   string
	group        string
	minZoom      int
	kind         spatial.GeometryType
	style        string // JSON
	search, time string
	key          string
	visibility   spatial.Visibility // public by default
	fields       []importers.FieldInfo
	schema       *importers.Schema // instead of kind and fields
	generate     func(emit emitFunc) error
}

func layers(ordinal int, entries ...entry) []Layer {
	out := make([]Layer, 0, len(entries))
	for i, e := range entries {
		schema := importers.Schema{
			Layer: e.id, Format: "demo", GeometryType: e.kind, Dimensions: spatial.XY, CRS: demoCRS(),
			Encoding: "utf-8", Count: -1, Bytes: -1, Fields: e.fields,
		}
		if e.schema != nil {
			schema = *e.schema
		}
		visibility := e.visibility
		if visibility == "" {
			visibility = spatial.VisibilityPublic
		}
		out = append(out, Layer{
			Collection: spatial.Collection{
				ID: IDPrefix + e.id, Title: spatial.Text{VI: e.vi, EN: e.en}, Group: e.group, Ordinal: ordinal + i,
				Description: spatial.Text{
					VI: "Dữ liệu mẫu, được tạo tự động; không có giá trị pháp lý.",
					EN: "Synthetic sample data without legal value.",
				},
				Keywords: []string{"demo"}, Licence: "CC0-1.0", Attribution: "gisd demo",
				Visibility: visibility, Published: true, MinZoom: e.minZoom, MaxZoom: 18,
				Style: json.RawMessage(e.style), SearchField: e.search, TimeField: e.time,
			},
			Key:    e.key,
			Source: &source{schema: schema, generate: e.generate},
		})
	}
	return out
}

func (w *world) adminLayers() []Layer {
	codeName := []importers.FieldInfo{
		field("code", spatial.FieldString, "Mã", "Code"),
		field("name", spatial.FieldString, "Tên", "Name"),
		field("former", spatial.FieldString, "Sáp nhập từ", "Merged from"),
		field("valid_from", spatial.FieldDate, "Hiệu lực từ", "Valid from"),
	}
	return layers(100,
		entry{
			id: "communes", vi: "Xã, phường (từ 7/2025)", en: "Wards and communes (since July 2025)", group: "admin",
			kind: spatial.GeometryMultiPolygon, search: "name", key: "code",
			style:  `{"kind":"line","color":"#6B5B95","width":1.4,"dash":[4,2],"label":"name","order":60}`,
			fields: codeName,
			generate: func(emit emitFunc) error {
				for _, x := range w.wards {
					if err := emit(x.shape, x.code, x.name, strings.Join(x.former, ", "), date(2025, 7, 1)); err != nil {
						return err
					}
				}
				return nil
			},
		},
		entry{
			id: "communes_before", vi: "Xã, phường (trước 7/2025)", en: "Wards and communes (before July 2025)", group: "admin",
			kind: spatial.GeometryMultiPolygon, search: "name", minZoom: 9,
			style: `{"kind":"line","color":"#9B8FB8","width":0.8,"dash":[2,2],"order":55,"hidden":true}`,
			fields: []importers.FieldInfo{
				field("name", spatial.FieldString, "Tên", "Name"),
				field("district", spatial.FieldString, "Mã huyện", "District code"),
				field("now", spatial.FieldString, "Nay thuộc", "Now in"),
				field("valid_to", spatial.FieldDate, "Hiệu lực đến", "Valid to"),
			},
			generate: func(emit emitFunc) error {
				for _, x := range w.wards {
					for _, part := range x.parts {
						if err := emit(part.shape, part.name, x.district, x.name, date(2025, 6, 30)); err != nil {
							return err
						}
					}
				}
				return nil
			},
		})
}

func (w *world) planLayers(scale int) []Layer {
	general, subdivision := planSchema("general_plan"), planSchema("subdivision_plan")
	count := baseParcels * scale
	parcels := parcelSchema(int64(count))
	fill := `{"kind":"fill","by":"land_use",`
	return layers(200,
		entry{
			id: "general_plan", vi: "Quy hoạch chung", en: "General plan", group: "planning", schema: &general, key: "zone",
			search: "zone", time: "approved_on", style: fill + `"opacity":0.55,"order":10}`, generate: w.generalPlan,
		},
		entry{
			id: "subdivision_plan", vi: "Quy hoạch phân khu Thành phố mới", en: "New City subdivision plan", group: "planning",
			schema: &subdivision, key: "zone", search: "zone", time: "approved_on", minZoom: 11,
			style: fill + `"opacity":0.8,"label":"land_use","order":12}`, generate: w.subdivisionPlan,
		},
		entry{
			id: "parcels", vi: "Thửa đất", en: "Parcels", group: "planning", schema: &parcels, search: "parcel_id", time: "certified_on",
			minZoom: 12, style: fill + `"opacity":0.7,"outline":"#8A7F70","label":"number","labelMinzoom":17,"order":14}`,
			generate: func(emit emitFunc) error { return w.parcels(count, emit) },
		},
		entry{
			id: "projects", vi: "Dự án đầu tư", en: "Investment projects", group: "planning", kind: spatial.GeometryPoint, key: "code",
			search: "title", time: "start",
			style: `{"kind":"circle","by":"status","width":6,"label":"title","labelMinzoom":14,"order":95}`,
			fields: []importers.FieldInfo{
				field("code", spatial.FieldString, "Mã dự án", "Project code"),
				field("title", spatial.FieldString, "Tên dự án", "Title"),
				field("programme", spatial.FieldString, "Chương trình", "Programme"),
				field("investor", spatial.FieldString, "Chủ đầu tư", "Investor"),
				measured("capital", "10*9.[VND]", "Vốn (tỷ đồng)", "Capital (billion VND)"),
				measured("progress", "%", "Tiến độ", "Progress"),
				coded("status", listStatus, "Trạng thái", "Status"),
				field("start", spatial.FieldDate, "Khởi công", "Start"),
				field("finish", spatial.FieldDate, "Hoàn thành", "Finish"),
				field("commune", spatial.FieldString, "Mã xã, phường", "Commune code"),
			},
			generate: w.projects,
		},
		entry{
			id: "industrial_parks", vi: "Khu công nghiệp", en: "Industrial parks", group: "planning", kind: spatial.GeometryPolygon, search: "name",
			style: `{"kind":"fill","color":"#B98AC9","opacity":0.45,"outline":"#7C4D8F","label":"name","order":13}`,
			fields: []importers.FieldInfo{
				field("name", spatial.FieldString, "Tên", "Name"),
				field("name_en", spatial.FieldString, "Tên tiếng Anh", "English name"),
				coded("status", listStatus, "Trạng thái", "Status"),
				field("founded", spatial.FieldInteger, "Năm thành lập", "Founded"),
				measured("area_ha", "har", "Diện tích (ha)", "Area (ha)"),
			},
			generate: func(emit emitFunc) error {
				for _, p := range w.parks {
					if err := emit(p.shape, p.name, p.nameEN, string(p.status), p.founded, p.width*p.height/1e4); err != nil {
						return err
					}
				}
				return nil
			},
		})
}
