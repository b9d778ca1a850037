package problem

// vietnameseOfTilesets are the texts of archives and of tiles of other servers.
var vietnameseOfTilesets = map[string]string{
	"A tile's address ends in {1}.":                            "Địa chỉ của ô kết thúc bằng {1}.",
	"The tile is damaged.":                                     "Ô bị hỏng.",
	"The archive of this tileset is not there.":                "Không thấy tệp lưu trữ của bộ ô này.",
	"The archive of this tileset cannot be read.":              "Không đọc được tệp lưu trữ của bộ ô này.",
	"The archive of this tileset is being changed; try again.": "Tệp lưu trữ của bộ ô này đang được thay đổi; hãy thử lại.",
	"The server of these tiles does not answer as it should.":  "Máy chủ của các ô này không trả lời như cần thiết.",

	"an archive's name ends in .pmtiles or .mbtiles":                                         "tên tệp lưu trữ kết thúc bằng .pmtiles hoặc .mbtiles",
	"another export is writing this archive: wait for its end or stop it":                    "một lần xuất khác đang ghi tệp lưu trữ này: hãy đợi nó xong hoặc dừng nó",
	"there is nothing to write: the collections have no tiles in that region at these zooms": "không có gì để ghi: các lớp dữ liệu không có ô nào trong vùng đó ở các mức thu phóng này",
	"zooms go from 0 to {1}, the first not behind the last":                                  "mức thu phóng đi từ 0 đến {1}, mức đầu không lớn hơn mức cuối",

	"begins with a letter a-z, followed by up to 62 of a-z, 0-9, _ and -": "bắt đầu bằng một chữ cái a-z, theo sau là tối đa 62 ký tự a-z, 0-9, _ và -",
	"a restricted tileset names at least one role":                        "bộ ô hạn chế phải nêu ít nhất một vai trò",
	"a collection or a tileset with this id exists already":               "đã có lớp dữ liệu hoặc bộ ô mang mã này",
	"only admins may do this":                                             "chỉ quản trị viên được làm việc này",
	"between 64 and 2048 pixels":                                          "từ 64 đến 2048 điểm ảnh",
	"a box in degrees, its west and south first":                          "một khung tính bằng độ, tây và nam trước",
	"the tileset cannot be like this":                                     "bộ ô không thể như vậy",
	"want an http or https address, or the path of an archive":            "cần một địa chỉ http hoặc https, hoặc đường dẫn của tệp lưu trữ",
	"the address of the service cannot be read":                           "không đọc được địa chỉ của dịch vụ",
	"a WMS draws png, jpg or webp":                                        "WMS vẽ png, jpg hoặc webp",
	"the address has no place for the tile: {z}, {x} and {y}; {TileMatrix}, {TileCol} and {TileRow} of a WMTS; or name the layers of a WMS": "địa chỉ không có chỗ cho ô: {z}, {x} và {y}; {TileMatrix}, {TileCol} và {TileRow} của WMTS; hoặc nêu các lớp của WMS",
}
