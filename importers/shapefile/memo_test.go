package shapefile_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
)

// blocks lays memos out as a memo file: a header block, then each at the block
// whose number it has in the table, 1, 2 and so on, of the given size.
func blocks(size int, header func(head []byte), memos ...[]byte) []byte {
	file := make([]byte, size*(len(memos)+1))
	header(file)
	for i, m := range memos {
		if len(m) > size {
			panic("a memo that does not fit its block")
		}
		copy(file[size*(i+1):], m)
	}
	return file
}

func foxMemo(kind, length uint32, text string) []byte {
	b := binary.BigEndian.AppendUint32(nil, kind)
	return append(binary.BigEndian.AppendUint32(b, length), text...)
}

func dbaseMemo(length uint32, text string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x0008ffff)
	return append(binary.LittleEndian.AppendUint32(b, length), text...)
}

func TestMemo(t *testing.T) {
	t.Parallel()
	nothing := func([]byte) {}
	fox := func(head []byte) { binary.BigEndian.PutUint16(head[6:], 64) }
	wide := func(head []byte) { binary.LittleEndian.PutUint16(head[20:], 1024) }
	long := strings.Repeat("Đất ở đô thị. ", 200)
	number := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	for _, tc := range []struct {
		name, file string
		memos      []byte
		field      string
		numbers    []string
		want       []string
	}{
		{"dBASE III", "a.dbt", blocks(512, nothing, []byte("Quy hoạch\x1a\x1a rest"), []byte("hai\x8d\ndòng\r\ncuối \r\n\x1a")), "M10",
			[]string{"1", "         2", "", "0"}, []string{"Quy hoạch", "haidòng\r\ncuối", "-", "-"}},
		{"dBASE III, over blocks and without a mark at the end", "a.DBT", append(make([]byte, 512), long...), "M10", []string{"1"}, []string{strings.TrimSpace(long)}},
		{"dBASE IV", "a.dbt", blocks(1024, wide, dbaseMemo(8+11, "Quy hoạch rest"), dbaseMemo(8, "")), "M10", []string{"1", "2"}, []string{"Quy hoạch", "-"}},
		{"FoxPro", "a.fpt", blocks(64, fox, foxMemo(1, 11, "Quy hoạch rest")), "M10", []string{"1"}, []string{"Quy hoạch"}},
		{"Visual FoxPro", "A.FPT", blocks(64, fox, foxMemo(1, 11, "Quy hoạch")), "M4", []string{number(1), number(0)}, []string{"Quy hoạch", "-"}},
		{"TCVN3", "a.dbt", blocks(512, nothing, []byte("\xae\xcat \xeb \xae\xab th\xde\x1a"), []byte("ph\xad\xeang ph\xf3 m\xfc\x1a"), []byte("x\xb7 t\xa9n b\xd7nh\x1a"), []byte("\xae\xad\xeang s\xe8 5\x1a")), "M10",
			[]string{"1", "2", "3", "4"}, []string{"đất ở đô thị", "phường phú mỹ", "xã tân bình", "đường số 5"}},
		{"a picture", "a.fpt", blocks(64, fox, foxMemo(0, 4, "\x89PNG")), "M10", []string{"1"}, []string{"- lost: it holds a picture or an object, not text"}},
		{"a length that lies", "a.fpt", blocks(64, fox, foxMemo(1, 1<<32-1, "x")), "M10", []string{"1"}, []string{"- lost: the file ends too early"}},
		{"a length below that of its head", "a.dbt", blocks(512, nothing, dbaseMemo(3, "x")), "M10", []string{"1"}, []string{"- lost: the file ends too early"}},
		{"blocks that are not there", "a.dbt", blocks(512, nothing), "M10", []string{"7", "9999999999", "x"},
			[]string{"- lost: the file ends too early", "- lost: the file ends too early", "- lost: the number of its block is none"}},
		{"too long", "a.dbt", append(make([]byte, 512), bytes.Repeat([]byte("x"), 9<<20)...), "M10", []string{"1"}, []string{"- lost: it is longer than 8 MiB"}},
		{"an empty file", "a.dbt", nil, "M10", []string{"1"}, []string{"- lost: the file ends too early"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := open(t, map[string][]byte{"a.dbf": dbfFile(len(tc.numbers), []string{tc.field + ".0"}, tc.numbers...), tc.file: tc.memos})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if notes := src.Schema().Notes; len(notes) > 0 && !strings.HasPrefix(notes[0].EN, "no ") {
				t.Errorf("notes %v", notes)
			}
			if diff := cmp.Diff(tc.want, texts(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// texts is the first value of each record, with why it was lost.
func texts(t *testing.T, src importers.Source) (all []string) {
	t.Helper()
	err := src.Read(t.Context(), func(r *importers.Record) error {
		text := "-"
		if r.Values[0].Valid {
			text = string(r.Values[0].Bytes)
		}
		for _, l := range r.Lost {
			text += " lost:" + l.Reason.EN[strings.LastIndexByte(l.Reason.EN, ':')+1:]
		}
		all = append(all, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Many rows that ask for one large memo are given what the file could hold.
func TestMemoBomb(t *testing.T) {
	t.Parallel()
	numbers := make([]string, 40)
	for i := range numbers {
		numbers[i] = "1"
	}
	src, err := open(t, map[string][]byte{"a.dbf": dbfFile(len(numbers), []string{"M10.0"}, numbers...),
		"a.dbt": append(append(make([]byte, 512), bytes.Repeat([]byte("x"), 1<<20)...), 0x1a)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for pass := range 2 { // each pass has its own allowance
		all := texts(t, src)
		if len(all[0]) != 1<<20 || !strings.Contains(all[39], "more text than the memo file holds") {
			t.Errorf("pass %d: %d bytes first, %.100s last", pass, len(all[0]), all[39])
		}
	}
}
