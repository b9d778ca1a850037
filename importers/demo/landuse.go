package demo

// LandUse is one land-use code with its standard colour.
type LandUse struct {
	Code, VI, EN string
	Color        string // #RRGGBB as on land-use maps
}

// LandUses are the land-use codes of the demo's plans and parcels, a part of the
// codes in force for land-use maps (Circular 08/2024/TT-BTNMT).
func LandUses() []LandUse {
	return []LandUse{
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
