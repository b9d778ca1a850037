package flatgeobuf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

const (
	magic     = "fgb\x03fgb" // the eighth byte is the patch level
	maxHeader = 10 << 20
	nodeBytes = 40
)

// kinds of columns (FlatGeobuf header.fbs, ColumnType).
const (
	kindByte = iota
	kindUByte
	kindBool
	kindShort
	kindUShort
	kindInt
	kindUInt
	kindLong
	kindULong
	kindFloat
	kindDouble
	kindString
	kindJSON
	kindDateTime
	kindBinary
	kindCount
)

// column is one column as the header, or a feature, declares it.
type column struct {
	name  string // NFC
	title string
	kind  byte
	date  bool // a DateTime of whole days
	field int  // place in the schema, -1 for none
}

// header is what stands before the features.
type header struct {
	name     string
	kind     uint32 // geometry type, 0 when the features say
	dims     spatial.Dimensions
	columns  []column
	count    int64 // 0 when unknown
	crs      importers.CRS
	features int64 // offset of the first feature
}

// readHeader leaves the position of f undefined.
func readHeader(f *os.File, size int64) (*header, error) {
	var head [12]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errCut
		}
		return nil, err
	}
	if head[3] != 3 {
		return nil, fmt.Errorf("it is of FlatGeobuf version %d; version 3 is read here: write it again with a current program", head[3])
	}
	n := int64(binary.LittleEndian.Uint32(head[8:]))
	if n > size-12 || n > maxHeader || n < 8 {
		return nil, fmt.Errorf("%w: a header of %d bytes", errCut, n)
	}
	b := make([]byte, n)
	if _, err := f.ReadAt(b, 12); err != nil {
		return nil, errCut
	}
	h, nodes, err := parseHeader(b)
	if err != nil {
		return nil, err
	}
	h.features = 12 + n
	if h.count > 0 && nodes > 0 {
		index := indexBytes(uint64(h.count), uint64(max(nodes, 2)))
		if index > uint64(size-h.features) {
			return nil, fmt.Errorf("%w: an index of %d features does not fit into it", errCut, h.count)
		}
		h.features += int64(index)
	}
	return h, nil
}

// indexBytes is the size of the packed R-tree over n features; MaxUint64 where
// no file can hold it.
func indexBytes(n, node uint64) uint64 {
	if n > 1<<50 {
		return math.MaxUint64
	}
	sum := n
	for n > 1 {
		n = (n + node - 1) / node
		sum += n
	}
	if sum == 1 {
		sum = 2 // a leaf has its root
	}
	return sum * nodeBytes
}

func parseHeader(b []byte) (*header, int, error) {
	var u buffer
	t := u.root(b)
	h := &header{name: norm.NFC.String(strings.ToValidUTF8(t.text(0), "\ufffd")), kind: uint32(t.byte(2)),
		dims: wkb.DimensionsOf(t.byte(3) != 0, t.byte(4) != 0)}
	columns := t.children(7)
	h.columns = readColumns(nil, &columns)
	count := t.uint64(8)
	nodes := int(t.uint16(9, 16))
	c := t.child(10)
	h.crs = readCRS(&c)
	if u.damaged {
		return nil, 0, errors.New("the header is damaged")
	}
	if count > math.MaxInt64 {
		return nil, 0, fmt.Errorf("the header announces %d features", count)
	}
	h.count = int64(count)
	return h, nodes, nil
}

func readColumns(dst []column, list *children) []column {
	for i := range list.len() {
		t := list.get(i)
		c := column{kind: t.byte(1), field: -1,
			name:  norm.NFC.String(strings.ToValidUTF8(t.text(0), "\ufffd")),
			title: norm.NFC.String(strings.ToValidUTF8(t.text(2), "\ufffd"))}
		c.date = c.kind == kindDateTime && strings.ReplaceAll(t.text(10), " ", "") == dateMetadata
		dst = append(dst, c)
		if list.buf.damaged {
			break
		}
	}
	return dst
}

// readCRS takes an EPSG code as it is; an organization that is absent means EPSG
// (header.fbs, Crs). Other definitions are left to be matched by parameters.
func readCRS(t *table) importers.CRS {
	if t.buf == nil {
		return importers.CRS{}
	}
	org, name, code := strings.TrimSpace(t.text(0)), t.text(2), t.text(5)
	c := importers.CRS{WKT: t.text(4)}
	if n := t.int32(1); n > 0 {
		if org == "" || strings.EqualFold(org, "EPSG") {
			c.SRID, c.Reason = spatial.SRID(n), fmt.Sprintf("the header says EPSG:%d", n)
			return c
		}
		if code == "" {
			code = fmt.Sprint(n)
		}
	}
	switch {
	case strings.EqualFold(org, "OGC") && strings.EqualFold(code, "CRS84"):
		c.SRID, c.Reason = spatial.SRIDWGS84, "the header says OGC:CRS84"
	case strings.EqualFold(org, "ESRI") && (code == "102100" || code == "102113"):
		c.SRID, c.Reason = spatial.SRIDWebMercator, "the header says ESRI:"+code
	case c.WKT != "":
	case org != "" && code != "":
		c.Name = org + ":" + code
	case strings.Contains(name, "EPSG:"):
		c.Name = name
	}
	return c
}
