package attach_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"gisd/api/ogc/attach"
	"gisd/spatial"
)

// field is one of a TIFF directory with its bytes.
type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

// exif makes a JPEG head whose first directory leads to one of its own and one of
// the place.
func exif(order binary.ByteOrder, own, gps []field) []byte {
	u16 := func(v uint16) []byte { b := make([]byte, 2); order.PutUint16(b, v); return b }
	u32 := func(v uint32) []byte { b := make([]byte, 4); order.PutUint32(b, v); return b }
	directory := func(at int, fields []field) (head []byte) {
		data := []byte{}
		behind := at + 2 + 12*len(fields) + 4
		head = u16(uint16(len(fields)))
		for _, f := range fields {
			head = append(append(append(head, u16(f.tag)...), u16(f.kind)...), u32(f.count)...)
			if len(f.value) <= 4 {
				head = append(head, append(bytes.Clone(f.value), make([]byte, 4-len(f.value))...)...)
				continue
			}
			head = append(head, u32(uint32(behind+len(data)))...)
			data = append(data, f.value...)
		}
		return append(append(head, 0, 0, 0, 0), data...)
	}
	first := 8 + 2 + 24 + 4
	second := directory(first, own)
	third := directory(first+len(second), gps)
	mark := "II*\x00"
	if order == binary.BigEndian {
		mark = "MM\x00*"
	}
	t := append([]byte(mark), u32(8)...)
	t = append(t, directory(8, []field{{0x8769, 4, 1, u32(uint32(first))}, {0x8825, 4, 1, u32(uint32(first + len(second)))}})...)
	t = append(append(t, second...), third...)
	segment := append([]byte("Exif\x00\x00"), t...)
	jpeg := []byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xE1}
	jpeg = binary.BigEndian.AppendUint16(jpeg, uint16(len(segment)+2))
	return append(append(jpeg, segment...), 0xFF, 0xDA, 0, 2)
}

func fractions(order binary.ByteOrder, v ...uint32) (b []byte) {
	for i := 0; i < len(v); i++ {
		part := make([]byte, 4)
		order.PutUint32(part, v[i])
		b = append(b, part...)
	}
	return b
}

func TestPhotos(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		order binary.ByteOrder
		zone  string
		south bool
		at    string
		lon   float64
		lat   float64
	}{
		{"little endian, no zone", binary.LittleEndian, "", false, "2026-03-01T01:02:03Z", 106.65, 10.98},
		{"big endian, a zone, south", binary.BigEndian, "+00:00", true, "2026-03-01T08:02:03Z", 106.65, -10.98},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			own := []field{{0x9003, 2, 20, []byte("2026:03:01 08:02:03\x00")}}
			if test.zone != "" {
				own = append(own, field{0x9011, 2, 7, []byte(test.zone + "\x00")})
			}
			ref := "N\x00"
			if test.south {
				ref = "S\x00"
			}
			gps := []field{
				{1, 2, 2, []byte(ref)}, {2, 5, 3, fractions(test.order, 10, 1, 58, 1, 480, 10)},
				{3, 2, 2, []byte("E\x00")}, {4, 5, 3, fractions(test.order, 106, 1, 39, 1, 0, 0)},
			}
			got, err := attach.Read("IMG.JPG", exif(test.order, own, gps))
			if err != nil {
				t.Fatal(err)
			}
			if got.TakenAt.Format(time.RFC3339) != test.at || got.Place == nil {
				t.Fatalf("%+v", got.Attachment)
			}
			lon, lat := got.Place[0], got.Place[1]
			if abs(lon-test.lon) > 1e-9 || abs(lat-test.lat) > 1e-9 {
				t.Errorf("at %v", *got.Place)
			}
		})
	}
}

func abs(v float64) float64 { return max(v, -v) }

func TestFilesAreJudgedByTheirContent(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n rest"
	for _, test := range []struct {
		name, give, content string
		wantName, wantType  string
		code                spatial.Code
	}{
		{"a photo", "nhà.png", png, "nhà.png", "image/png", ""},
		{"under another name", "plan.html", png, "plan.html.png", "image/png", ""},
		{"a path", `C:\photos\..\a.PNG`, png, "a.png", "image/png", ""},
		{"no name", "", png, "attachment.png", "image/png", ""},
		{"marks of direction", "a\u202egnp.exe", png, "agnp.exe.png", "image/png", ""},
		{"a long name", strings.Repeat("ư", 300) + ".png", png, strings.Repeat("ư", 98) + ".png", "image/png", ""},
		{"a document", "a.pdf", "%PDF-1.7\n", "a.pdf", "application/pdf", ""},
		{"a phone's photo", "a.HEIC", "\x00\x00\x00\x18ftypheic....", "a.heic", "image/heic", ""},
		{"a page", "a.png", "<html><script>alert(1)</script>", "", "", spatial.CodeUnsupported},
		{"a drawing", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"/>`, "", "", spatial.CodeUnsupported},
		{"a film", "a.heic", "\x00\x00\x00\x18ftypmp42....", "", "", spatial.CodeUnsupported},
		{"nothing", "a.png", "", "", "", spatial.CodeInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := attach.Read(test.give, []byte(test.content))
			if err != nil || test.code != "" {
				if spatial.CodeOf(err) != test.code {
					t.Errorf("%v, want %s", err, test.code)
				}
				return
			}
			if got.Name != test.wantName || got.MediaType != test.wantType || got.Bytes != int64(len(test.content)) {
				t.Errorf("%+v", got.Attachment)
			}
		})
	}
}

// Whatever a file holds, it is read without a panic and places lie on the earth.
func FuzzRead(f *testing.F) {
	order := binary.LittleEndian
	f.Add(exif(order, []field{{0x9003, 2, 20, []byte("2026:03:01 08:02:03\x00")}}, []field{{2, 5, 3, fractions(order, 10, 1, 58, 1, 0, 0)}}))
	f.Add(exif(binary.BigEndian, nil, nil))
	f.Add([]byte("\xff\xd8\xff\xe1\xff\xffExif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := attach.Read("x", content)
		if err != nil {
			return
		}
		if p := got.Place; p != nil && !(abs(p[0]) <= 180 && abs(p[1]) <= 90) {
			t.Errorf("at %v", *p)
		}
	})
}
