package markup

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrTooLarge is wrapped by errors about a document that exceeds a bound.
var ErrTooLarge = errors.New("the document is too large to be read")

// errDTD refuses what entity bombs are made of.
var errDTD = errors.New("the document brings its own entity definitions (an internal DTD subset), which are not read; remove the part in [ ] after <!DOCTYPE")

const maxDepth = 100

// Element is the start of an element. Names are without prefix: files use
// right, wrong and no namespaces.
type Element struct {
	Name  string
	Space string // the namespace as it stands
	attrs []xml.Attr
}

// Attr returns the value of an attribute, "" without it.
func (e Element) Attr(name string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Local == name {
			return e.attrs[i].Value
		}
	}
	return ""
}

// Reader walks a document from its root down. It is lenient about what people
// write by hand (bare ampersands, HTML entities, an inner tag that is not
// closed) and strict about a document that ends too early. No entity but the
// predefined ones and HTML's is replaced.
type Reader struct {
	d     *xml.Decoder
	src   *source
	depth int
}

// NewReader reads the head of the document.
func NewReader(in io.Reader) (*Reader, error) {
	src, err := newSource(in)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(src)
	d.Strict = false
	d.Entity = xml.HTMLEntity
	return &Reader{d: d, src: src}, nil
}

// Encoding is the name of the encoding that the document is written in.
func (r *Reader) Encoding() string { return r.src.charset }

// Line is the line that was read last, 1-based.
func (r *Reader) Line() int {
	line, _ := r.d.InputPos()
	return line
}

// Mark begins a record: the bound of what one may hold counts from here.
func (r *Reader) Mark() { r.src.record = 0 }

func (r *Reader) token() (xml.Token, error) {
	r.src.token = 0
	t, err := r.d.Token()
	if err != nil {
		return nil, r.explain(err)
	}
	switch t := t.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return nil, fmt.Errorf("%w: elements nested deeper than %d", ErrTooLarge, maxDepth)
		}
	case xml.EndElement:
		r.depth--
	case xml.Directive:
		if len(t) > 7 && strings.EqualFold(string(t[:7]), "DOCTYPE") && strings.ContainsRune(string(t), '[') {
			return nil, errDTD
		}
	}
	return t, nil
}

func (r *Reader) explain(err error) error {
	switch e, ok := errors.AsType[*xml.SyntaxError](err); {
	case ok && strings.Contains(e.Msg, "unexpected EOF"):
		return errors.New("the document ends before its last element does; it is cut short")
	case ok:
		return fmt.Errorf("line %d: the XML is damaged: %s", e.Line, e.Msg)
	}
	return err
}

// Root goes to the root element. It is io.EOF for a document without one.
func (r *Reader) Root() (Element, error) {
	for {
		t, err := r.token()
		if err != nil {
			return Element{}, err
		}
		if start, ok := t.(xml.StartElement); ok {
			return Element{Name: start.Name.Local, Space: start.Name.Space, attrs: start.Attr}, nil
		}
	}
}

// Children calls visit at the start of each child of the element that was
// entered last, and returns past its end. visit may enter the child by Children
// or Text; what it leaves unread is skipped.
func (r *Reader) Children(visit func(Element) error) error {
	own := r.depth
	for r.depth >= own {
		t, err := r.token()
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if err := visit(Element{Name: start.Name.Local, Space: start.Name.Space, attrs: start.Attr}); err != nil {
			return err
		}
		for r.depth > own {
			if _, err := r.token(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Text appends the text of the element that was entered last, with the tags
// inside it as they read, and returns past its end.
func (r *Reader) Text(dst []byte) ([]byte, error) {
	own, from := r.depth, len(dst)
	for {
		t, err := r.token()
		if err != nil {
			return dst, err
		}
		if len(dst)-from > maxText {
			return dst, errText()
		}
		switch t := t.(type) {
		case xml.CharData:
			dst = append(dst, t...)
		case xml.StartElement:
			dst = append(append(dst, '<'), t.Name.Local...)
			for _, a := range t.Attr {
				dst = fmt.Appendf(dst, " %s=%q", a.Name.Local, a.Value)
			}
			dst = append(dst, '>')
		case xml.EndElement:
			if r.depth < own {
				return dst, nil
			}
			dst = append(append(append(dst, "</"...), t.Name.Local...), '>')
		}
	}
}
