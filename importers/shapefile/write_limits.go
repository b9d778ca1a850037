package shapefile

import (
	"fmt"
	"strings"

	"gisd/spatial"
)

// limitsName is the file in the zip that says what the format could not hold.
const limitsName = "LIMITS.txt"

// limits lists every loss of this export, in Vietnamese and English, and then
// what is true of every Shapefile.
func (w *zipWriter) limits() string {
	var b strings.Builder
	say := func(vi, en string, args ...any) {
		b.WriteString("- " + fmt.Sprintf(vi, args...) + "\r\n  " + fmt.Sprintf(en, args...) + "\r\n")
	}
	b.WriteString("Những gì Shapefile không giữ được từ lớp \"" + w.h.Layer + "\"\r\nWhat the Shapefile could not hold of this layer\r\n\r\n")
	start := b.Len()
	for _, f := range w.fields {
		if f.name != f.from {
			say("đổi tên trường: %s -> %s", "field renamed: %s -> %s", f.from, f.name)
		}
	}
	for i, f := range w.fields {
		var cut, dropped int64
		for _, p := range w.parts {
			if p != nil {
				cut, dropped = cut+p.dbf.fields[i].cut, dropped+p.dbf.fields[i].dropped
			}
		}
		if cut > 0 {
			say("%s: %d giá trị bị cắt còn 254 byte", "%s: %d values cut to 254 bytes", f.from, cut)
		}
		if dropped > 0 {
			say("%s: %d giá trị không ghi được, để trống", "%s: %d values that cannot be written, left empty", f.from, dropped)
		}
		switch f.kind {
		case spatial.FieldDateTime:
			say("%s: ngày giờ được ghi thành văn bản", "%s: date and time written as text", f.from)
		case spatial.FieldJSON:
			say("%s: JSON được ghi thành văn bản", "%s: JSON written as text", f.from)
		}
	}
	if len(w.files) > 1 {
		say("nhiều kiểu hình học, tách thành: %s", "several kinds of geometry, split into: %s", strings.Join(w.files, ", "))
	}
	if w.apart > 0 {
		say("%d tập hợp hình học bị tách ra", "%d geometry collections taken apart", w.apart)
	}
	if w.h.IDKind == spatial.IDInteger && w.h.IDField == "" {
		say("mã số đối tượng không được ghi", "the ids of the features are not written")
	}
	if b.Len() == start {
		b.WriteString("(không mất gì / nothing was lost)\r\n")
	}
	b.WriteString("\r\nCủa mọi Shapefile / Of every Shapefile\r\n")
	say("tên trường tối đa 10 byte, văn bản tối đa 254 byte, mỗi tệp tối đa 2 GB", "field names have 10 bytes, texts 254, files 2 GB at most")
	say("văn bản rỗng và không có giá trị là một; khoảng trắng cuối bị mất", "empty text and no value are the same; blanks at the end are lost")
	say("đường đơn và đa đường, vùng đơn và đa vùng là một kiểu", "single and multi lines or polygons are one type")
	say("đường bao của vùng chạy theo chiều kim đồng hồ, lỗ chạy ngược lại", "shells run clockwise and holes against it, whichever way they ran before")
	return b.String()
}
