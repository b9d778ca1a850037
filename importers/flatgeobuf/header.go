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
	"gisd/importers/flatbuf"
	"gisd/importers/wkb"
	"gisd/spatial"
)

const (
	magic     = "fgb\x03fgb" // the eighth byte is the patch level
	maxHeader = 10 << 20
	nodeBytes = 40
	maxName   = 4096
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
	var u flatbuf.Buffer
	t := u.Root(b)
	h := &header{name: norm.NFC.String(strings.ToValidUTF8(t.Text(0), "\ufffd")), kind: uint32(t.Byte(2)),
		dims: wkb.DimensionsOf(t.Byte(3) != 0, t.Byte(4) != 0)}
	columns := t.Children(7)
	var err error
	if h.columns, err = readColumns(nil, &columns); err != nil {
		return nil, 0, err
	}
	count := t.Uint64(8)
	nodes := int(t.Uint16(9, 16))
	c := t.Child(10)
	h.crs = readCRS(&c)
	if u.Damaged {
		return nil, 0, errors.New("the header is damaged")
	}
	if count > math.MaxInt64 {
		return nil, 0, fmt.Errorf("the header announces %d features", count)
	}
	h.count = int64(count)
	return h, nodes, nil
}

// readColumns bounds number and names: a damaged list may repeat one long name
// as often as it has entries.
func readColumns(dst []column, list *flatbuf.List) ([]column, error) {
	if list.Len() > maxFields {
		return dst, fmt.Errorf("%d columns, more than %d are not read", list.Len(), maxFields)
	}
	for i := range list.Len() {
		t := list.Get(i)
		if list.Damaged() {
			break
		}
		if len(t.Vector(0, 1)) > maxName || len(t.Vector(2, 1)) > maxName {
			return dst, fmt.Errorf("the name of column %d is longer than %d bytes", i+1, maxName)
		}
		c := column{kind: t.Byte(1), field: -1,
			name:  norm.NFC.String(strings.ToValidUTF8(t.Text(0), "\ufffd")),
			title: norm.NFC.String(strings.ToValidUTF8(t.Text(2), "\ufffd"))}
		c.date = c.kind == kindDateTime && len(t.Vector(10, 1)) < 100 && strings.ReplaceAll(t.Text(10), " ", "") == dateMetadata
		dst = append(dst, c)
	}
	return dst, nil
}

// readCRS takes an EPSG code as it is; an organization that is absent means EPSG
// (header.fbs, Crs). Other definitions are left to be matched by parameters.
func readCRS(t *flatbuf.Table) importers.CRS {
	if !t.Present() {
		return importers.CRS{}
	}
	org, name, code := strings.TrimSpace(t.Text(0)), t.Text(2), t.Text(5)
	c := importers.CRS{WKT: t.Text(4)}
	if n := t.Int32(1); n > 0 {
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
