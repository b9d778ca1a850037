package encodings

// Syllables with diacritics by how common they are in the texts of plans,
// cadastres and street names, four classes of falling frequency. They need not be
// complete: onsets, rimes and tones take their frequencies from them, which is
// how the other syllables are judged.
const (
	syllablesMost = "" +
		"đường hẻm quận trường bình nguyễn tân văn học huyện lộ số công phú lê nhà quốc tiểu đức cầu cơ thành " +
		"đối diện chánh sở thị đình chùa hòa đông củ trần bến thủ đại tỉnh dương hồ phạm "
	syllablesMany = "" +
		"phường ngã thạnh hưng điện gò viện phước chợ thông bà hương hoàng viên lý xuân mỹ sơn thái môn hóc " +
		"phổ tâm cư rạch hồng chí việt hiệp bệnh tấn tế ngọc tư tây huỳnh nghĩa vấp quý vĩnh xã giáo hữu " +
		"tháng trạm tô phát liên hàng thờ đồng thọ phố lộc thới quân hải hóa hội hà lạc dân bùi vương cây trị " +
		"bè mạng cách kỳ cần gòn kênh định sài cột võ thế trọng dầu thuận tự phương nhân giờ ông thánh vạn " +
		"thắng âu nghiệp tôn hạnh lâm lương kiệt đa đặng hoà nghệ đất dụng tờ đồ mật hệ tầng tích lúa phòng " +
		"nuôi cụm dịch hạ thuật thải chiếu vỉa mặt án phê quyết đền tái giấy nhận trạng chỉnh bộ thể trình " +
		"thự cố ống hố kính tình đang "
	syllablesSome = "" +
		"thiên thường ngô đào vân lò sư xứ quới cát mầm xăng phủ nhơn chiến đẳng chính chiểu bàu đạo nội lớn " +
		"kế hùng xá tổ mã ký nước bàng miếu thảo hành nhật cấp hạt đăng lô tàu viễn bãi cảng pháp đài hàm " +
		"đinh diệu ngoại miền hiển bánh lãm đầu hớn trụ phụng trãi tám xuyên lữ hiền trịnh hợp thăng tài tịnh " +
		"tòa kỹ thương và khương soạn khách điền hảo phùng thịnh đá vũng thượng liệt hàn thôn sáu uyên tiếng " +
		"giác rành thập kiến vòng thực xây tổng tất tuệ huệ thiếu xóm tĩnh "
	syllablesFew = "" +
		"cổng nhị dược thụ suối sương cơm cân cà cống làng kỷ mới truyền nhì lực sạn của đôi sản vụ ăn huê " +
		"đen lượng thủy bơi thiêm dựng khuông viết quách mẫu xí dưỡng trà phân năng cò trỗi nhỏ thuyết thơm " +
		"bứa quỳnh sữa trúc tử chế tốc trâm cường vực phật phiên lão riêng xiển lầu lăng tường bờ thuốc phục " +
		"cừ độc bún trấn bóng bỉnh hằng đậu hoạch tàng nhựt hổ phà tượng vàng tưởng liệu quản xô bò điêu mại " +
		"đản tuyền cũ xuất bảy khuyến lã cưới thiền cẩm niên cúc sắt úc vàm dưa đảo nhựa tá khiết tên dậy " +
		"thuỷ tại thép bác mở mắt bồi đà tuyết sắm chuối giới hồi tiếp dệt mũi chương trứ kiểng côn huyền út " +
		"giá câu đấu kiểm sóng khiếu vệ bé hân phượng bạc cả bản báo ương dạy kiểu tiệc dê ái bị não âm giải " +
		"xưởng giám cháy gà khôi điệp vượng cù áp cứu biểu trú nhữ phí ấn dật chả dài mây hủ lá bê chấn bội " +
		"tuân hầm tấm bài chơi xáng đống tơ mềm cầm ngôi người phù hào sậy thuế tiện quyên núi giếng sóc sửa " +
		"khẩu diên tuyển luyện kết tráng hoài họ cuối nướng "
)
