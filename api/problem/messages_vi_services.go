package problem

// vietnameseOfServices are the texts of the services for clients of other standards.
var vietnameseOfServices = map[string]string{
	// spatial/postgis
	"a geometry is not valid: its lines cross or touch each other": "hình học không hợp lệ: các đường cắt hoặc chạm nhau",

	// api/records
	"There is no such record.": "Không có bản ghi này.",
	"has an empty part":        "có một phần trống",

	// api/arcgis
	"The form cannot be read.":                         "Không đọc được biểu mẫu.",
	"The service has one layer, 0.":                    "Dịch vụ có một lớp duy nhất, là lớp 0.",
	"The query cannot be answered.":                    "Không trả lời được truy vấn này.",
	"The where clause cannot be read.":                 "Không đọc được mệnh đề where.",
	"A tile's address ends in .pbf.":                   "Địa chỉ của một ô bản đồ kết thúc bằng .pbf.",
	"The collection has no geometry, and so no tiles.": "Lớp dữ liệu không có hình học nên không có ô bản đồ.",
	"The collection holds geometries of several kinds, which a feature layer cannot. Use OGC API - Features or a download.": "Lớp dữ liệu chứa nhiều loại hình học, điều mà một lớp đối tượng không làm được. Hãy dùng OGC API - Features hoặc tải về.",
	"Too many object ids are being looked up at the moment; try again in a moment.":                                         "Đang phải tra quá nhiều mã đối tượng; hãy thử lại sau giây lát.",
	"must be one of json, pjson, html, geojson":                                                                             "phải là json, pjson, html hoặc geojson",
	"must be whole numbers separated by commas, 20000 at most":                                                              "phải là các số nguyên cách nhau bằng dấu phẩy, nhiều nhất 20000 số",
	"must be at most 5 fields, each with ASC or DESC":                                                                       "phải là nhiều nhất 5 trường, mỗi trường kèm ASC hoặc DESC",
	"must be milliseconds since 1970, one or two":                                                                           "phải là một hoặc hai số mili giây tính từ năm 1970",
	"must be a number that is not negative":                                                                                 "phải là một số không âm",
	"is no unit of length":                                                                                                  "không phải là đơn vị độ dài",
	"is not done by this server":                                                                                            "máy chủ này không làm được",
	"the layer has no geometry":                                                                                             "lớp không có hình học",
	"is no geometry in the JSON of ArcGIS":                                                                                  "không phải là hình học theo JSON của ArcGIS",
	"has curves; send them as straight segments":                                                                            "có đường cong; hãy gửi thành các đoạn thẳng",
	"has more than 20000 positions":                                                                                         "có hơn 20000 điểm",
	"has a spatial reference that this server does not know":                                                                "có hệ quy chiếu mà máy chủ này không biết",
	"lies outside the reach of its spatial reference":                                                                       "nằm ngoài phạm vi dùng được của hệ quy chiếu",
	"there is no field {1}":                                                                                                 "không có trường {1}",
	"there is no function {1} here":                                                                                         "ở đây không có hàm {1}",
	"ends too early":                                                                                                        "kết thúc quá sớm",
	"is longer than 65536 bytes":                                                                                            "dài hơn 65536 byte",
	"is nested too deeply":                                                                                                  "lồng nhau quá sâu",
	"at character {1}: {2} is not expected there":                                                                           "ở ký tự {1}: không được có {2} ở đó",
	"at character {1}: a quotation mark is not closed":                                                                      "ở ký tự {1}: dấu nháy chưa được đóng",
	"at character {1}: there is no such sign":                                                                               "ở ký tự {1}: không có dấu nào như vậy",
	"{1} is no number":                                                                                                      "{1} không phải là số",
	"'{1}' is no date and no time":                                                                                          "'{1}' không phải là ngày hay thời điểm",
	"an interval is a whole number in quotes":                                                                               "khoảng thời gian là một số nguyên trong dấu nháy",
	"an interval is of DAY, HOUR, MINUTE or SECOND":                                                                         "khoảng thời gian tính theo DAY, HOUR, MINUTE hoặc SECOND",
	"an object id is a whole number":                                                                                        "mã đối tượng là một số nguyên",
	"object ids of this layer have no order: compare them with = or IN":                                                     "mã đối tượng của lớp này không có thứ tự: hãy so sánh bằng = hoặc IN",
	"the escape character is one character in quotes":                                                                       "ký tự thoát là một ký tự trong dấu nháy",
}
