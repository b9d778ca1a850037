package problem

// vietnameseOfFilters are the texts of CQL2 filters. Names of types and what
// stood in the filter stay as they are.
var vietnameseOfFilters = map[string]string{
	"the filter is not valid CQL2: {1}":                                                           "Bộ lọc không đúng CQL2: {1}",
	"the filter does not fit the collection: {1}":                                                 "Bộ lọc không hợp với lớp dữ liệu: {1}",
	"a geometry of the filter lies outside of where the collection's reference system is defined": "Có hình học trong bộ lọc nằm ngoài phạm vi mà hệ toạ độ của lớp dữ liệu được định nghĩa.",

	"is not a coordinate system that this server knows": "không phải là hệ toạ độ mà máy chủ này biết",
	"{1} is no property of what the tile shows":         "{1} không phải là thuộc tính của các lớp trong ô",

	// the text encoding
	"at character {1}: {2}":               "ở ký tự thứ {1}: {2}",
	"found {1} where {2} is expected":     "gặp {1} ở chỗ cần {2}",
	"the text ends where {1} is expected": "văn bản kết thúc ở chỗ cần {1}",
	"unexpected {1}":                      "gặp {1} ngoài dự kiến",
	"the end":                             "chỗ kết thúc",
	"a value":                             "một giá trị",
	"a number":                            "một số",
	"a geometry":                          "một hình học",
	"a time in quotes":                    "một thời điểm trong dấu nháy",
	"LIKE, BETWEEN or IN":                 "LIKE, BETWEEN hoặc IN",
	"the text that begins here has no closing quote": "chuỗi bắt đầu ở đây không có dấu nháy đóng",
	"the name that begins here has no closing quote": "tên bắt đầu ở đây không có dấu nháy đóng",
	"a list after IN has one element or more":        "danh sách sau IN phải có ít nhất một phần tử",
	"there are {1} arguments, not {2}":               "có {1} tham số, không phải {2}",
	"'{1}' is not {2}":                               "'{1}' không phải là {2}",
	"a date as 2024-07-02":                           "một ngày như 2024-07-02",
	"a time as 2024-07-02T08:30:00Z":                 "một thời điểm như 2024-07-02T08:30:00Z",
	"'{1}' is no date, no time and not '..'":         "'{1}' không phải là ngày, thời điểm hay '..'",
	"the number {1} is out of range":                 "số {1} nằm ngoài phạm vi",

	// the JSON encoding
	"it is not JSON: {1}": "không phải JSON: {1}",
	"it is empty":         "không có nội dung",
	"null is no value here; isNull tells whether there is one":                    "không dùng null làm giá trị ở đây; isNull cho biết có giá trị hay không",
	"an object is known by op, property, date, timestamp, interval, bbox or type": "một đối tượng phải có op, property, date, timestamp, interval, bbox hoặc type",
	"{1} has {2} arguments, which does not fit":                                   "{1} có {2} tham số, số đó không hợp",
	"in takes a value and a list of one element or more":                          "in nhận một giá trị và một danh sách có ít nhất một phần tử",
	"{1} is no geometry type":                                                     "{1} không phải là kiểu hình học",
	"{1} is no time as {2}":                                                       "{1} không phải là thời điểm như {2}",
	"a geometry without coordinates":                                              "hình học không có coordinates",
	"a collection holds geometries":                                               "tập hợp hình học phải gồm các hình học",
	"coordinates are nested lists of numbers":                                     "coordinates phải là các danh sách số lồng nhau",
	"a position has two or three numbers":                                         "một vị trí gồm hai hoặc ba số",

	// both
	"it is longer than {1} bytes":                         "dài hơn {1} byte",
	"nested deeper than {1} levels":                       "lồng nhau sâu hơn {1} cấp",
	"more than {1} parts":                                 "có hơn {1} phần",
	"an interval has two ends":                            "một khoảng thời gian có hai đầu",
	"an interval runs from one time to another":           "một khoảng đi từ thời điểm này đến thời điểm khác",
	"the interval ends before it begins":                  "khoảng thời gian kết thúc trước khi bắt đầu",
	"a POINT has one position":                            "POINT có một vị trí",
	"a LINESTRING has two positions or more":              "LINESTRING có ít nhất hai vị trí",
	"a {1} has parts":                                     "{1} phải có các phần",
	"a ring has four positions or more":                   "một vòng có ít nhất bốn vị trí",
	"a ring ends where it begins":                         "một vòng phải kết thúc ở điểm bắt đầu",
	"some positions have a height and some have none":     "có vị trí có độ cao, có vị trí không",
	"the members of a collection have the same dimension": "các phần của một tập hợp phải có cùng số chiều",
	"a box has four numbers, or six with heights":         "khung bao gồm bốn số, hoặc sáu số khi có độ cao",
	"the box ends before it begins: {1} is beyond {2}":    "khung bao kết thúc trước khi bắt đầu: {1} vượt quá {2}",

	// against the collection
	"{1} is no condition: it is a {2}":       "{1} không phải là điều kiện mà thuộc kiểu {2}",
	"there is no property {1}":               "không có thuộc tính {1}",
	"there is no function {1}":               "không có hàm {1}",
	"{1} takes {2} arguments, not {3}":       "{1} nhận {2} tham số, không phải {3}",
	"{1} is a {2} where a {3} is expected":   "{1} thuộc kiểu {2} ở chỗ cần kiểu {3}",
	"{1} is no pattern: it must be a text":   "{1} không phải là mẫu so khớp: mẫu phải là chuỗi",
	"{1} is a {2}, which cannot be compared": "{1} thuộc kiểu {2}, không so sánh được",
}
