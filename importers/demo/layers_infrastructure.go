package demo

import (
	"gisd/importers"
	"gisd/spatial"
)

func (w *world) transportLayers() []Layer {
	status := coded("status", listStatus, "Trạng thái", "Status")
	return layers(300,
		entry{
			id: "waterways", vi: "Sông, suối, kênh", en: "Waterways", group: "transport", kind: spatial.GeometryLineString, search: "name",
			style: `{"kind":"line","color":"#7DB9DE","width":3,"label":"name","order":20}`,
			fields: []importers.FieldInfo{
				field("name", spatial.FieldString, "Tên", "Name"), field("name_en", spatial.FieldString, "Tên tiếng Anh", "English name"),
				measured("width", "m", "Chiều rộng", "Width"), field("navigable", spatial.FieldBoolean, "Luồng thủy", "Navigable"),
				measured("length", "m", "Chiều dài", "Length"),
			},
			generate: w.waterwayLayer,
		},
		entry{
			id: "roads", vi: "Đường bộ", en: "Roads", group: "transport", kind: spatial.GeometryLineString, search: "name",
			style: `{"kind":"line","by":"class","width":2,"categories":[
				{"value":"expressway","color":"#C0392B","width":3.5,"label":{"vi":"Cao tốc, vành đai","en":"Expressway, ring road"}},
				{"value":"national","color":"#E67E22","width":3.5,"label":{"vi":"Quốc lộ","en":"National road"}},
				{"value":"provincial","color":"#F2B84B","width":2.5,"label":{"vi":"Đường tỉnh","en":"Provincial road"}},
				{"value":"arterial","color":"#F5D76E","width":2.5,"label":{"vi":"Trục đô thị","en":"Urban arterial"}},
				{"value":"street","color":"#FFFFFF","width":1,"minzoom":13,"label":{"vi":"Đường phố","en":"Street"}}],"casing":"#9A8F80","label":"ref","order":40}`,
			fields: []importers.FieldInfo{
				field("ref", spatial.FieldString, "Số hiệu", "Number"), field("name", spatial.FieldString, "Tên", "Name"),
				field("name_en", spatial.FieldString, "Tên tiếng Anh", "English name"), field("class", spatial.FieldString, "Cấp đường", "Class"),
				field("lanes", spatial.FieldInteger, "Số làn", "Lanes"), status, measured("length", "m", "Chiều dài", "Length"),
			},
			generate: w.roadLayer,
		},
		entry{
			id: "railways", vi: "Đường sắt, metro", en: "Railways and metro", group: "transport", kind: spatial.GeometryLineString, search: "name",
			style: `{"kind":"line","by":"class","width":2.2,"dash":[3,1.5],"categories":[
				{"value":"rail","color":"#4A4A4A","label":{"vi":"Đường sắt","en":"Railway"}},
				{"value":"metro","color":"#1B6CA8","label":{"vi":"Metro","en":"Metro"}}],"label":"name","order":45}`,
			fields: []importers.FieldInfo{
				field("ref", spatial.FieldString, "Ký hiệu", "Reference"), field("name", spatial.FieldString, "Tên", "Name"),
				field("name_en", spatial.FieldString, "Tên tiếng Anh", "English name"), field("class", spatial.FieldString, "Loại", "Class"),
				status, measured("length", "m", "Chiều dài", "Length"),
			},
			generate: w.railLayer,
		},
		w.placeEntry("ports", "Cảng, bến thủy", "Ports and piers", "transport", "port", "#1F6F8B", ports()),
	)
}

// placeEntry is a layer of named points with an icon.
func (w *world) placeEntry(id, vi, en, group, icon, color string, list []place) entry {
	return entry{
		id: id, vi: vi, en: en, group: group, kind: spatial.GeometryPoint, search: "name", key: "number",
		style: `{"kind":"symbol","icon":"` + icon + `","color":"` + color + `","label":"name","labelMinzoom":12,"order":90}`,
		fields: []importers.FieldInfo{
			field("number", spatial.FieldInteger, "Số", "Number"), field("name", spatial.FieldString, "Tên", "Name"),
			field("name_en", spatial.FieldString, "Tên tiếng Anh", "English name"), field("kind", spatial.FieldString, "Loại", "Kind"),
			field("commune", spatial.FieldString, "Mã xã, phường", "Commune code"),
		},
		generate: func(emit emitFunc) error { return w.placeLayer(list, emit) },
	}
}

// utilityLayers are internal: where pipes and cables lie is nobody else's
// business.
func (w *world) utilityLayers() []Layer {
	id := field("asset", spatial.FieldString, "Mã tài sản", "Asset")
	flow := measured("flow_bearing", "deg", "Hướng dòng chảy", "Flow direction")
	slope := measured("slope", "%", "Độ dốc", "Slope")
	millimetres := importers.FieldInfo{Name: "diameter", Type: spatial.FieldInteger, Unit: "mm", Title: spatial.Text{VI: "Đường kính", EN: "Diameter"}}
	kilovolts := importers.FieldInfo{Name: "voltage", Type: spatial.FieldInteger, Unit: "kV", Title: spatial.Text{VI: "Điện áp", EN: "Voltage"}}
	material := field("material", spatial.FieldString, "Vật liệu", "Material")
	line, point := spatial.GeometryLineString, spatial.GeometryPoint
	list := []entry{
		{
			id: "water_mains", vi: "Ống cấp nước", en: "Water mains", kind: line, minZoom: 11,
			style:    `{"kind":"line","color":"#1E88E5","width":1.6,"order":50}`,
			fields:   []importers.FieldInfo{id, millimetres, material, field("laid", spatial.FieldInteger, "Năm lắp đặt", "Laid in"), measured("length", "m", "Chiều dài", "Length"), measured("pressure", "bar", "Áp lực", "Pressure")},
			generate: w.waterMains,
		},
		{
			id: "valves", vi: "Van cấp nước", en: "Valves", kind: point, minZoom: 14,
			style:    `{"kind":"symbol","icon":"valve","color":"#1E88E5","order":92}`,
			fields:   []importers.FieldInfo{id, field("kind", spatial.FieldString, "Loại van", "Kind"), field("open", spatial.FieldBoolean, "Đang mở", "Open"), field("inspected", spatial.FieldDate, "Kiểm tra", "Inspected")},
			generate: w.valves,
		},
		{
			id: "drains", vi: "Thoát nước mưa", en: "Storm drains", kind: line, minZoom: 12,
			style:    `{"kind":"line","color":"#26A69A","width":1.6,"arrows":true,"order":49}`,
			fields:   []importers.FieldInfo{id, field("kind", spatial.FieldString, "Loại", "Kind"), millimetres, flow, slope},
			generate: w.drains,
		},
		{
			id: "sewers", vi: "Thoát nước thải", en: "Sewers", kind: line, minZoom: 12,
			style:    `{"kind":"line","color":"#8D6E63","width":1.6,"arrows":true,"order":48}`,
			fields:   []importers.FieldInfo{id, millimetres, material, flow, slope},
			generate: w.sewers,
		},
		{
			id: "power_corridors", vi: "Hành lang an toàn lưới điện", en: "Power line corridors", kind: spatial.GeometryPolygon, visibility: spatial.VisibilityPublic,
			style:    `{"kind":"fill","color":"#E53935","opacity":0.18,"outline":"#E53935","order":46}`,
			fields:   []importers.FieldInfo{id, field("name", spatial.FieldString, "Đường dây", "Line"), kilovolts, measured("width", "m", "Chiều rộng", "Width")},
			generate: w.powerCorridors,
		},
		{
			id: "power_lines", vi: "Đường dây điện", en: "Power lines", kind: line, search: "name",
			style:    `{"kind":"line","color":"#C62828","width":1.6,"dash":[6,2],"label":"name","labelMinzoom":13,"order":51}`,
			fields:   []importers.FieldInfo{id, field("name", spatial.FieldString, "Tên", "Name"), kilovolts, measured("length", "m", "Chiều dài", "Length")},
			generate: w.powerLines,
		},
		{
			id: "telecom_ducts", vi: "Cống bể viễn thông", en: "Telecom ducts", kind: line, minZoom: 12,
			style:    `{"kind":"line","color":"#8E24AA","width":1.2,"dash":[2,1],"order":47}`,
			fields:   []importers.FieldInfo{id, field("ducts", spatial.FieldInteger, "Số ống", "Ducts"), field("free", spatial.FieldInteger, "Số ống trống", "Free ducts")},
			generate: w.telecomDucts,
		},
		{
			id: "street_lights", vi: "Đèn đường", en: "Street lights", kind: point, minZoom: 14,
			style:    `{"kind":"circle","color":"#F9C74F","width":2.5,"order":91}`,
			fields:   []importers.FieldInfo{id, field("lamp", spatial.FieldString, "Loại đèn", "Lamp"), {Name: "power", Type: spatial.FieldInteger, Unit: "W", Title: spatial.Text{VI: "Công suất", EN: "Power"}}, field("working", spatial.FieldBoolean, "Hoạt động", "Working")},
			generate: w.streetLights,
		},
	}
	for i := range list {
		list[i].group = "utilities"
		list[i].key = "asset"
		if list[i].visibility == "" {
			list[i].visibility = spatial.VisibilityInternal
		}
	}
	return layers(400, list...)
}

func (w *world) serviceLayers() []Layer {
	schools := w.placeEntry("schools", "Trường học", "Schools", "services", "school", "#7B5EA7", nil)
	schools.minZoom = 11
	schools.fields = []importers.FieldInfo{
		schools.fields[0], schools.fields[1], schools.fields[2], schools.fields[3],
		field("pupils", spatial.FieldInteger, "Số học sinh", "Pupils"), schools.fields[4],
	}
	schools.generate = w.schools
	return layers(500,
		w.placeEntry("hospitals", "Bệnh viện", "Hospitals", "services", "hospital", "#D64545", hospitals()),
		schools,
		w.placeEntry("ambulance_stations", "Trạm cấp cứu 115", "115 stations", "services", "ambulance", "#C62828", ambulanceStations()),
	)
}
