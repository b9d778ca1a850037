package kml

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/spatial"
)

// walker goes through a document. Containers are numbered as they begin: the
// root is 0, whatever it is.
type walker struct {
	ctx     context.Context
	r       *markup.Reader
	schemas schemas
	next    int
	// named hears the name of a container, which may come after its content.
	named func(container int, name string)
	// entered hears what container each one stands in; nil for nobody.
	entered func(container, parent int)
	// placemark hears of each placemark that is entered; what it does not read is
	// skipped.
	placemark func(container int, e markup.Element) error
	other     map[string]int // what is no placemark, by element
	seen      int
}

// file opens the document and walks it whole. read counts its bytes.
func (w *walker) file(ctx context.Context, f importers.File, read *atomic.Int64) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if w.r, err = markup.NewReader(counted{file, read}); err != nil {
		return err
	}
	w.ctx = ctx
	root, err := w.r.Root()
	if err != nil {
		return err
	}
	if w.schemas.placemarks(root.Name) || root.Name == "Placemark" {
		return w.placemark(0, root)
	}
	return w.container(0)
}

// container walks the container that was entered last.
func (w *walker) container(number int) error {
	return w.r.Children(func(e markup.Element) error {
		switch e.Name {
		case "name":
			text, err := w.r.Text(nil)
			w.named(number, string(trim(text)))
			return err
		case "Document", "Folder":
			w.next++
			if w.entered != nil {
				w.entered(w.next, number)
			}
			return w.container(w.next)
		case "Schema":
			return w.schemas.read(w.r, e)
		case "NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour":
			w.other[e.Name]++
		}
		if e.Name != "Placemark" && !w.schemas.placemarks(e.Name) {
			return nil
		}
		if w.seen++; w.seen&255 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		return w.placemark(number, e)
	})
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func fail(f importers.File, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	code := spatial.CodeInvalid
	if errors.Is(err, markup.ErrTooLarge) {
		code = spatial.CodeTooLarge
	}
	return &spatial.Error{Code: code, Op: "kml: read", Message: fmt.Sprintf("%s: %v", f.Name, err), Err: err}
}
