package xlsx

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	stringsInMemory = 16 << 20
	maxStrings      = 8 << 20
	maxStringBytes  = 2 << 30
)

// sharedStrings holds the texts that cells refer to by number. Beyond
// stringsInMemory they go to a file.
type sharedStrings struct {
	memory []byte
	ends   []uint32
	file   *os.File
	size   int
	buf    []byte
}

// readStrings reads the part xl/sharedStrings.xml; rich text is joined, its
// phonetic hints left out.
func readStrings(r io.Reader) (*sharedStrings, error) {
	s := &sharedStrings{}
	t := newTokens(r)
	var item []byte
	inText, phonetic := false, 0
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return s, s.flush()
		}
		if err != nil {
			return s, err
		}
		if inText {
			item = appendText(item, t.text)
		}
		switch string(t.name) {
		case "si":
			if t.end || t.empty {
				if err := s.add(item); err != nil {
					return s, err
				}
			}
			item, inText = item[:0], false
		case "rPh":
			if !t.empty {
				phonetic++
			}
			if t.end {
				phonetic -= 2
			}
		case "t":
			inText = !t.end && !t.empty && phonetic == 0
		}
		if len(item) > 4*maxToken {
			return s, errors.New("a text is longer than any cell")
		}
	}
}

func (s *sharedStrings) add(item []byte) error {
	if len(s.ends) >= maxStrings || s.size+len(item) > maxStringBytes {
		return fmt.Errorf("the workbook has more than %d texts or %d MiB of them", maxStrings, maxStringBytes>>20)
	}
	s.memory = append(s.memory, item...)
	s.size += len(item)
	s.ends = append(s.ends, uint32(s.size))
	if len(s.memory) < stringsInMemory {
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "gisd-xlsx-")
		if err != nil {
			return err
		}
		s.file = f
	}
	return s.flush()
}

func (s *sharedStrings) flush() error {
	if s.file == nil {
		return nil
	}
	_, err := s.file.Write(s.memory)
	s.memory = s.memory[:0]
	return err
}

// at returns a text, valid until the next call; ok is false where there is none.
func (s *sharedStrings) at(i int) (text []byte, ok bool) {
	if s == nil || i < 0 || i >= len(s.ends) {
		return nil, false
	}
	from, to := 0, int(s.ends[i])
	if i > 0 {
		from = int(s.ends[i-1])
	}
	if s.file == nil {
		return s.memory[from:to], true
	}
	if cap(s.buf) < to-from {
		s.buf = make([]byte, to-from)
	}
	s.buf = s.buf[:to-from]
	if _, err := s.file.ReadAt(s.buf, int64(from)); err != nil {
		return nil, false
	}
	return s.buf, true
}

func (s *sharedStrings) close() error {
	if s == nil || s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
