package encodings_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"gisd/importers/encodings"
)

func TestDecoders(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, encoding, in, want string }{
		{"ascii", "utf-8", "Dat o", "Dat o"},
		{"utf-8 decomposed", "UTF-8", "Đâ\u0301t", "Đất"},
		{"utf-8 cut in mid-letter", "65001", "Trường Tiểu họ\xe1\xbb", "Trường Tiểu họ"},
		{"utf-8 with a Latin-1 byte inside", "utf8", "Đất caf\xe9 x", "Đất café x"},
		{"nul bytes", "utf8", "a\x00b", "ab"},
		{"latin1", "ISO-8859-1", "S\xe3o", "São"},
		{"cp1252", "ANSI 1252", "\x80 5", "€ 5"},
		{"cp1258 tones combine", "1258", "\xd0\xe2\xect \xf0\xf4 th\xed", "Đất đô thí"},
		{"cyrillic", "cp1251", "\xcc\xee\xf1\xea\xe2\xe0", "Москва"},
		{"tcvn3", "tcvn3", "\xae\xcat \xeb \xae\xab th\xde, ph\xad\xeang ph\xf3 m\xfc", "đất ở đô thị, phường phú mỹ"},
		{"vni", "vni", "\xf1a\xe1t \xf4\xfb \xf1o\xe2 th\xf2, ph\xf6\xf4\xf8ng phu\xf9 my\xf5", "đất ở đô thị, phường phú mỹ"},
		{"vni capitals", "VNI", "\xd1A\xc1T \xd4\xdb", "ĐẤT Ở"},
		{"viscii", "viscii", "\xd0\xa4t", "Đất"},
		{"gbk", "936", "\xb1\xb1\xbe\xa9", "北京"},
		{"iso-8859-2", "iso8859-2", "\xb3", "ł"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d, ok := encodings.Lookup(tc.encoding)
			if !ok {
				t.Fatalf("no decoder %q", tc.encoding)
			}
			if got := string(d.Append(nil, []byte(tc.in))); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if _, ok := encodings.Lookup("no such thing"); ok {
		t.Error("an unknown encoding was found")
	}
}

func FuzzDecoders(f *testing.F) {
	f.Add([]byte("\xf1a\xe1t \xf4\xfb"))
	f.Add([]byte("họ\xe1\xbb"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, name := range []string{"utf-8", "windows-1252", "1258", "tcvn3", "vni", "viscii", "gbk", "mixed"} {
			d, _ := encodings.Lookup(name)
			if out := d.Append(nil, in); !utf8.Valid(out) {
				t.Errorf("%s: %q is not UTF-8", name, out)
			}
		}
	})
}

// Any bytes get a choice, and come out of it as UTF-8.
func FuzzSampler(f *testing.F) {
	f.Add([]byte("\xae\xcat \xeb|ph\xad\xeang|\xd0\xa4t|\x02\x19"), "1252")
	f.Add([]byte("h\xe1\xbb\x8dc|h\xe1\xbb|\xb1\xb1\xbe\xa9"), "gbk")
	f.Fuzz(func(t *testing.T, in []byte, declared string) {
		values := bytes.Split(in, []byte("|"))
		for _, o := range []encodings.SamplerOptions{{Declared: declared}, {Forced: "mixed"}, {Unicode: true}} {
			s := encodings.NewSampler(2, o)
			for i, v := range values {
				s.Add(i%2, v)
			}
			for _, c := range s.Choices() {
				d := c.Decoder()
				for _, v := range values {
					if out := d.Append(nil, v); !utf8.Valid(out) {
						t.Errorf("%s: %q is not UTF-8", c.Encoding, out)
					}
				}
			}
		}
	})
}
