package styles

import "gisd/spatial"

// PaletteLandUse is the name of the official land-use codes in Style.Palette.
const PaletteLandUse = "land-use"

// landUse are the codes of land-use maps with their colours: those of Circular
// 27/2018/TT-BTNMT, whose colours Circular 08/2024/TT-BTNMT (in force since
// 1 August 2024) keeps for the codes that it keeps. A collection whose codes are
// others brings a code list or categories of its own.
var landUse = [...]Category{
	land("LUA", "#FFFC82", "Đất trồng lúa", "Rice land"),
	land("LUC", "#FFFC8C", "Đất chuyên trồng lúa nước", "Paddy"),
	land("LUK", "#FFFC96", "Đất trồng lúa nước còn lại", "Other rice land"),
	land("LUN", "#FFFCB4", "Đất trồng lúa nương", "Upland rice"),
	land("HNK", "#FFF0B4", "Đất trồng cây hằng năm khác", "Other annual crops"),
	land("BHK", "#FFF0B4", "Đất bằng trồng cây hằng năm khác", "Other annual crops on flat land"),
	land("NHK", "#FFF0B4", "Đất nương rẫy trồng cây hằng năm khác", "Other annual crops on slopes"),
	land("CLN", "#FFD2A0", "Đất trồng cây lâu năm", "Perennial crops"),
	land("RSX", "#B4FFB4", "Đất rừng sản xuất", "Production forest"),
	land("RPH", "#BEFF1E", "Đất rừng phòng hộ", "Protection forest"),
	land("RDD", "#6EFF64", "Đất rừng đặc dụng", "Special-use forest"),
	land("NTS", "#AAFFFF", "Đất nuôi trồng thủy sản", "Aquaculture"),
	land("NKH", "#F5FFB4", "Đất nông nghiệp khác", "Other agricultural land"),
	land("OCT", "#FFB4FF", "Đất ở", "Residential land"),
	land("ONT", "#FFD0FF", "Đất ở tại nông thôn", "Rural residential land"),
	land("ODT", "#FFA0FF", "Đất ở tại đô thị", "Urban residential land"),
	land("TSC", "#FFAAA0", "Đất xây dựng trụ sở cơ quan", "Government offices"),
	land("DTS", "#FAAAA0", "Đất xây dựng trụ sở của tổ chức sự nghiệp", "Offices of public services"),
	land("DVH", "#FFAAA0", "Đất xây dựng cơ sở văn hóa", "Culture"),
	land("DYT", "#FFAAA0", "Đất xây dựng cơ sở y tế", "Health"),
	land("DGD", "#FFAAA0", "Đất xây dựng cơ sở giáo dục và đào tạo", "Education"),
	land("DTT", "#FFAAA0", "Đất xây dựng cơ sở thể dục thể thao", "Sports"),
	land("DKH", "#FFAAA0", "Đất xây dựng cơ sở khoa học và công nghệ", "Science and technology"),
	land("DXH", "#FFAAA0", "Đất xây dựng cơ sở dịch vụ xã hội", "Social services"),
	land("DNG", "#FFAAA0", "Đất xây dựng cơ sở ngoại giao", "Diplomacy"),
	land("CCC", "#FFAAA0", "Đất có mục đích công cộng", "Public purposes"),
	land("DNL", "#FFAAA0", "Đất công trình năng lượng", "Energy works"),
	land("DBV", "#FFAAA0", "Đất công trình bưu chính, viễn thông", "Post and telecommunications"),
	land("DCH", "#FFAAA0", "Đất chợ", "Markets"),
	land("DKV", "#FFAAA0", "Đất khu vui chơi, giải trí công cộng", "Public recreation"),
	land("DSH", "#FFAAA0", "Đất sinh hoạt cộng đồng", "Community houses"),
	land("DDT", "#FFAAA0", "Đất có di tích lịch sử - văn hóa", "Historic monuments"),
	land("DDL", "#FFAAA0", "Đất danh lam thắng cảnh", "Scenic sites"),
	land("TON", "#FAAAA0", "Đất cơ sở tôn giáo", "Religion"),
	land("TIN", "#FFAAA0", "Đất cơ sở tín ngưỡng", "Belief"),
	land("CQP", "#FF6450", "Đất quốc phòng", "Defence"),
	land("CAN", "#FF5046", "Đất an ninh", "Security"),
	land("SKK", "#FAAAA0", "Đất khu công nghiệp", "Industrial park"),
	land("SKN", "#FAAAA0", "Đất cụm công nghiệp", "Industrial cluster"),
	land("SKT", "#FAAAA0", "Đất khu chế xuất", "Export processing zone"),
	land("TMD", "#FAAAA0", "Đất thương mại, dịch vụ", "Commerce and services"),
	land("SKC", "#FAAAA0", "Đất cơ sở sản xuất phi nông nghiệp", "Production premises"),
	land("SKS", "#CDAACD", "Đất sử dụng cho hoạt động khoáng sản", "Mining"),
	land("SKX", "#CDAACD", "Đất sản xuất vật liệu xây dựng, làm đồ gốm", "Building materials and ceramics"),
	land("DRA", "#CDAACD", "Đất bãi thải, xử lý chất thải", "Waste treatment"),
	land("DGT", "#FFAA32", "Đất giao thông", "Transport"),
	land("DTL", "#AAFFFF", "Đất thủy lợi", "Irrigation"),
	land("NTD", "#D2D2D2", "Đất làm nghĩa trang, nhà tang lễ, nhà hỏa táng", "Cemeteries"),
	land("SON", "#A0FFFF", "Đất sông, ngòi, kênh, rạch, suối", "Rivers, canals and streams"),
	land("MNC", "#A0FFFF", "Đất có mặt nước chuyên dùng", "Water surfaces"),
	land("CSD", "#FFFFFE", "Đất chưa sử dụng", "Unused land"),
	land("BCS", "#FFFFFE", "Đất bằng chưa sử dụng", "Unused flat land"),
	land("DCS", "#FFFFFE", "Đất đồi núi chưa sử dụng", "Unused hills"),
	land("NCS", "#E6E6C8", "Núi đá không có rừng cây", "Bare rock"),
}

func land(code, color, vi, en string) Category {
	return Category{Value: Value(code), Color: color, Label: spatial.Text{VI: vi, EN: en}}
}
