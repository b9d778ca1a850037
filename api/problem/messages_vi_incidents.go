package problem

// vietnameseOfIncidents are the texts of incidents.
var vietnameseOfIncidents = map[string]string{
	"Changes of an incident name the state that they build on: send If-Match with its ETag.": "Thay đổi sự cố phải nêu trạng thái làm căn cứ: hãy gửi If-Match với ETag của sự cố.",
	"The body wants a comment: a member text.":                                               "Nội dung phải là một ý kiến: thành phần text.",
	"The body wants an incident as /api describes it, with a title and a severity.":          "Nội dung phải là một sự cố như mô tả ở /api, có title và severity.",
	"The body wants members of an incident as /api describes them, and a comment.":           "Nội dung phải gồm các thành phần của sự cố như mô tả ở /api, và comment.",
	"The incident is closed; open another one.":                                              "Sự cố đã đóng; hãy mở sự cố khác.",
	"The incident is not as you know it: {1} changed it. Read it again.":                     "Sự cố không còn như bạn đã đọc: {1} đã thay đổi. Hãy đọc lại.",
	"The incident is not valid.":                                                             "Sự cố không hợp lệ.",
	"The incident is {1}; it can become {2}.":                                                "Sự cố đang ở trạng thái {1}; chỉ có thể chuyển sang {2}.",
	"The same was reported since and is incident {1}; go on with that one.":                  "Sự việc này đã được báo lại và là sự cố {1}; hãy xử lý tiếp ở đó.",
	"There is no such incident.":                                                             "Không có sự cố này.",
	"and lat want degrees, both of them":                                                     "và lat phải là số độ, đủ cả hai",
	"and other texts want no character U+0000":                                               "và các chuỗi khác không được có ký tự U+0000",
	"has a title longer than 200 bytes":                                                      "có tiêu đề dài hơn 200 byte",
	"is longer than 10000 bytes":                                                             "dài hơn 10000 byte",
	"is opened on events that the rule does not have":                                        "mở theo sự kiện mà quy tắc không có",
	"names no device that you see":                                                           "không phải là thiết bị mà bạn được xem",
	"names nobody with the role operator or admin":                                           "không phải là người có vai trò operator hoặc admin",
	"wants 1 to 200 bytes":                                                                   "phải dài từ 1 đến 200 byte",
	"wants a severity: minor, moderate, severe or extreme":                                   "phải có severity: minor, moderate, severe hoặc extreme",
	"wants minor, moderate, severe or extreme":                                               "phải là minor, moderate, severe hoặc extreme",
	"wants open, acknowledged, in_progress, resolved or closed":                              "phải là open, acknowledged, in_progress, resolved hoặc closed",
}
