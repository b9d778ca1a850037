package shapefile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// windowSize is small enough for what was read to be in the processor's cache
// when it is looked at.
const windowSize = 1 << 18

// errShort says that a file ends before what was asked for.
var errShort = errors.New("the file ends too early")

// window reads ranges of a file through one buffer; ranges that mostly go
// forward cost one large read per windowSize bytes.
type window struct {
	f    *os.File
	size int64
	buf  []byte
	from int64 // offset of buf[0]
}

func openWindow(path string) (*window, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("shapefile: open: %w", err)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("shapefile: open: %w", err), f.Close())
	}
	return &window{f: f, size: st.Size()}, nil
}

// at returns n bytes at offset off, valid until the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off+int64(n) > w.size {
		return nil, errShort
	}
	if off >= w.from && off+int64(n) <= w.from+int64(len(w.buf)) {
		return w.buf[off-w.from:][:n], nil
	}
	want := int(min(int64(max(n, windowSize)), w.size-off))
	if cap(w.buf) < want {
		w.buf = make([]byte, want)
	}
	w.buf = w.buf[:want]
	w.from = off
	got, err := w.f.ReadAt(w.buf, off)
	w.buf = w.buf[:got]
	if got < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = errShort
		}
		return nil, err
	}
	return w.buf[:n], nil
}

func (w *window) close() error {
	if w == nil {
		return nil
	}
	return w.f.Close()
}
