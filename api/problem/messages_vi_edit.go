package problem

// vietnameseOfEdits are the texts of changes of features, and of the feed of changes.
var vietnameseOfEdits = map[string]string{
	// api/ogc
	"Sign in, or send a key, to change features.":                                                                                       "Hãy đăng nhập hoặc gửi khoá API để sửa đối tượng.",
	"The body needs a header that tells its media type.":                                                                                "Nội dung gửi lên cần tiêu đề cho biết kiểu dữ liệu.",
	"The body must be {1}, and not compressed.":                                                                                         "Nội dung gửi lên phải là {1}, không nén.",
	"The feature is not as you know it: {1} changed it at {2}. Read it again.":                                                          "Đối tượng không còn như bạn biết: {1} đã sửa lúc {2}. Hãy đọc lại.",
	"What was sent does not fit the schema of the collection; errors names every fault.":                                                "Nội dung gửi lên không khớp lược đồ của lớp dữ liệu; errors nêu mọi lỗi.",
	"Changes of this collection name the state that they build on: send If-Match with the ETag of the feature, or If-Unmodified-Since.": "Sửa lớp dữ liệu này phải nêu trạng thái đã biết: hãy gửi If-Match với ETag của đối tượng, hoặc If-Unmodified-Since.",
	"is not valid: {1}": "không hợp lệ: {1}",
	"must be the position that the last answer gave, or a time such as 2026-01-31T00:00:00Z": "phải là vị trí mà câu trả lời trước đã cho, hoặc một thời điểm như 2026-01-31T00:00:00Z",

	// spatial/postgis/features
	"The feature would lie outside the areas that you may change; a feature lies where its point on surface does.": "Đối tượng sẽ nằm ngoài các vùng bạn được sửa; đối tượng thuộc vùng chứa điểm đại diện trên bề mặt của nó.",

	// api/ogc/receive
	"The body is not UTF-8.":                          "Nội dung gửi lên không phải UTF-8.",
	"The body must be a JSON object.":                 "Nội dung gửi lên phải là một đối tượng JSON.",
	"must be an array of features":                    "phải là một mảng đối tượng",
	"must hold 1 to {1} features":                     "phải có từ 1 đến {1} đối tượng",
	"must be a feature":                               "phải là một đối tượng",
	`must be "Feature"`:                               `phải là "Feature"`,
	"must be an object":                               "phải là một đối tượng JSON",
	"must be a text":                                  "phải là văn bản",
	"is required and missing":                         "bắt buộc nhưng còn thiếu",
	"is no property of the collection":                "không phải là thuộc tính của lớp dữ liệu",
	"is empty":                                        "rỗng",
	"must be a {1}":                                   "phải là {1}",
	"cannot be changed":                               "không sửa được",
	"has heights, which the collection does not keep": "có độ cao mà lớp dữ liệu không lưu",
	"lacks the heights that the collection keeps":     "thiếu độ cao mà lớp dữ liệu lưu",
	"has a line of fewer than two positions":          "có một đường ít hơn hai vị trí",
	"has a ring of fewer than four positions":         "có một vòng ít hơn bốn vị trí",
	"has a ring that does not end where it begins":    "có một vòng không khép kín",
	"is not read; name the coordinate system in the header Content-Crs":                                                         "không được đọc; hãy nêu hệ toạ độ trong tiêu đề Content-Crs",
	"is not read; send the geometry with the header Content-Crs":                                                                "không được đọc; hãy gửi hình học kèm tiêu đề Content-Crs",
	"is the id of the feature and cannot change":                                                                                "là mã của đối tượng và không đổi được",
	"is missing: the feature gets its id from it":                                                                               "còn thiếu: mã của đối tượng lấy từ đây",
	"is empty: the feature gets its id from it":                                                                                 "rỗng: mã của đối tượng lấy từ đây",
	`is no member of a feature; its properties stand in "properties"`:                                                           `không phải là thành phần của đối tượng; thuộc tính nằm trong "properties"`,
	"is no code of the list; see the schema of the collection":                                                                  "không phải là mã trong danh mục; xem lược đồ của lớp dữ liệu",
	"holds the character U+0000, which cannot be kept":                                                                          "chứa ký tự U+0000, không lưu được",
	"holds the character U+0000 or a number out of range, which cannot be kept":                                                 "chứa ký tự U+0000 hoặc số ngoài phạm vi, không lưu được",
	"must be null: features of this collection have no geometry":                                                                "phải là null: đối tượng của lớp dữ liệu này không có hình học",
	"cannot be changed here: the collection keeps measures, which GeoJSON cannot carry":                                         "không sửa được ở đây: lớp dữ liệu lưu trị đo mà GeoJSON không chứa được",
	"has the position {1} {2} outside of the area of {3} or of {4}, in which the collection is kept; see the order of the axes": "có vị trí {1} {2} nằm ngoài vùng của {3} hoặc của {4} là hệ lưu trữ của lớp dữ liệu; xem lại thứ tự trục",

	// spatial/postgis
	"A feature with this id exists already.":      "Đã có đối tượng mang mã này.",
	"Two features have the id {1}.":               "Hai đối tượng cùng mã {1}.",
	"There is a feature with the id {1} already.": "Đã có đối tượng mang mã {1}.",
	"{1} is no property of the collection":        "{1} không phải là thuộc tính của lớp dữ liệu",
	"optional or required":                        "optional hoặc required",

	"Changes before {1} are not kept any more: start again without since; the first change then says to load the collection.": "Các thay đổi trước {1} không còn được giữ: hãy bắt đầu lại mà không có since; thay đổi đầu tiên khi đó báo tải lại lớp dữ liệu.",

	"There is no feature with this id that If-Match could name.":    "Không có đối tượng nào mang mã này để If-Match nêu.",
	"is in a system that the collection does not list; see its crs": "nằm trong hệ toạ độ mà lớp dữ liệu không liệt kê; xem crs của lớp",

	// attachments
	"The file is empty.": "Tệp rỗng.",
	"Attachments are photos (JPEG, PNG, WebP, GIF, HEIC) and PDF, by what is in them.": "Tệp đính kèm là ảnh (JPEG, PNG, WebP, GIF, HEIC) hoặc PDF, xét theo nội dung.",
	"An attachment has at most {1} MiB.":                                               "Một tệp đính kèm có tối đa {1} MiB.",
	"The form has no file.":                                                            "Biểu mẫu không có tệp nào.",
	"The attachment is not the one that you know.":                                     "Tệp đính kèm không phải là tệp mà bạn biết.",
	"There is no such attachment.":                                                     "Không có tệp đính kèm này.",
	"A feature has at most {1} attachments.":                                           "Một đối tượng có tối đa {1} tệp đính kèm.",
	"There is no room for more attachments: the server keeps {1} MiB of them.":         "Không còn chỗ cho tệp đính kèm: máy chủ giữ tối đa {1} MiB.",
	"features of {1} have attachments that would be lost, for the new ones have other ids: {2}; key names the field that ids come from, discardEdits drops them": "các đối tượng của {1} có tệp đính kèm sẽ bị mất vì đối tượng mới có mã khác: {2}; key nêu trường chứa mã, discardEdits bỏ các tệp này",
}
