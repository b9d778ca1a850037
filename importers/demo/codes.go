package demo

import "gisd/spatial"

// codeLists of the demo, by the end of their ids.
const (
	listLandUse = "land_use"
	listTenure  = "tenure"
	listStatus  = "status"
)

// CodeLists explain the codes that the demo's fields use.
func CodeLists() []spatial.CodeList {
	return []spatial.CodeList{
		codeList(listLandUse, "Loại đất", "Land use", "08/2024/TT-BTNMT", landUses()),
		codeList(listTenure, "Hình thức sử dụng đất", "Tenure", "", []code{
			{"private", "Hộ gia đình, cá nhân", "Household", ""},
			{"organisation", "Tổ chức", "Organisation", ""},
			{"state", "Nhà nước quản lý", "State", ""},
		}),
		codeList(listStatus, "Trạng thái", "Status", "", []code{
			{"in_use", "Đang khai thác", "In use", "#2E9E5B"},
			{"building", "Đang thi công", "Under way", "#2F80ED"},
			{"planned", "Quy hoạch, chuẩn bị", "Planned", "#7A8CA5"},
			{"late", "Chậm tiến độ", "Late", "#D64545"},
			{"done", "Hoàn thành", "Done", "#2E9E5B"},
		}),
	}
}

type code struct {
	code, vi, en string
	color        string // #RRGGBB; "" has none
}

func codeList(id, vi, en, basis string, codes []code) spatial.CodeList {
	list := spatial.CodeList{ID: IDPrefix + id, Title: spatial.Text{VI: vi, EN: en}, LegalBasis: basis}
	for _, c := range codes {
		list.Values = append(list.Values, spatial.CodeValue{Code: c.code, Label: spatial.Text{VI: c.vi, EN: c.en}, Color: c.color})
	}
	return list
}

// landUses are the land-use codes of the demo's plans and parcels with their
// colours on land-use maps, a part of the codes in force (Circular
// 08/2024/TT-BTNMT).
func landUses() []code {
	return []code{
		{"ODT", "Đất ở đô thị", "Urban residential land", "#FFA0FF"},
		{"ONT", "Đất ở nông thôn", "Rural residential land", "#FFD0FF"},
		{"TMD", "Đất thương mại, dịch vụ", "Commerce and services", "#FAAAA0"},
		{"SKK", "Đất khu công nghiệp", "Industrial park", "#F59C90"},
		{"SKC", "Đất cơ sở sản xuất phi nông nghiệp", "Production premises", "#F2B0A6"},
		{"TSC", "Đất trụ sở cơ quan", "Government offices", "#FF9C90"},
		{"DGD", "Đất giáo dục", "Education", "#FFB8A8"},
		{"DYT", "Đất y tế", "Health", "#FF8F86"},
		{"DVH", "Đất văn hóa", "Culture", "#FFC2B0"},
		{"DKV", "Đất khu vui chơi, công viên", "Parks and recreation", "#A8E070"},
		{"DGT", "Đất giao thông", "Transport", "#FFAA32"},
		{"DTL", "Đất thủy lợi", "Irrigation", "#8CE6F0"},
		{"CLN", "Đất trồng cây lâu năm", "Perennial crops", "#FFD2A0"},
		{"LUC", "Đất chuyên trồng lúa", "Paddy", "#FFFC8C"},
		{"HNK", "Đất trồng cây hằng năm khác", "Other annual crops", "#FFF0B4"},
		{"RSX", "Đất rừng sản xuất", "Production forest", "#B4FFB4"},
		{"NTS", "Đất nuôi trồng thủy sản", "Aquaculture", "#AAFFFF"},
		{"SON", "Đất sông, suối", "Rivers and streams", "#A0FFFF"},
		{"CSD", "Đất chưa sử dụng", "Unused land", "#F4F4EC"},
	}
}
