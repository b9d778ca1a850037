package geoparquet

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/parquet/file"
)

// What a page may announce. The library makes room for as many values before it
// reads them; writers stay below a twentieth of this.
const (
	maxPageValues = 16 << 20
	maxDictionary = 2 << 20
	// maxHeld bounds the unpacked pages of all columns that are read at a time.
	maxHeld = 192 << 20
)

// pages refuses pages whose counts their bytes cannot hold.
type pages struct {
	file.PageReader
	held *int // by all columns
	size int  // of the data page in use
	err  error
}

// openColumn reads a column of a row group through such pages.
func (s *source) openColumn(rg *file.RowGroupReader, index int) (file.ColumnChunkReader, error) {
	p, err := rg.GetColumnPageReader(index)
	if err != nil {
		return nil, err
	}
	//lint:ignore SA1019 the pages must be bounded before they are decoded, which the public way does not allow
	c := file.NewColumnReader(s.r.MetaData().Schema.Column(index), &pages{PageReader: p, held: &s.held}, s.props.Allocator(), s.r.BufferPool())
	if c == nil {
		return nil, errors.New("is of a type that is not known")
	}
	return c, nil
}

// Next implements file.PageReader.
func (p *pages) Next() bool {
	if p.err != nil || !p.PageReader.Next() {
		return false
	}
	page := p.Page()
	if p.err = checkPage(page); p.err == nil && page != nil {
		p.err = p.hold(page)
	}
	return p.err == nil
}

// hold counts a page instead of the one before; a dictionary stays.
func (p *pages) hold(page file.Page) error {
	n := len(page.Data())
	*p.held += n
	if _, dictionary := page.(*file.DictionaryPage); !dictionary {
		*p.held -= p.size
		p.size = n
	}
	if *p.held > maxHeld {
		return fmt.Errorf("pages of more than %d MiB have to be held at a time; write the file with smaller pages or row groups", maxHeld>>20)
	}
	return nil
}

// Err implements file.PageReader.
func (p *pages) Err() error {
	if p.err != nil {
		return p.err
	}
	return p.PageReader.Err()
}

// GetDictionaryPage implements file.PageReader.
func (p *pages) GetDictionaryPage() (*file.DictionaryPage, error) {
	d, err := p.PageReader.GetDictionaryPage()
	if err != nil || d == nil {
		return d, err
	}
	if err := checkPage(d); err != nil {
		return nil, err
	}
	return d, nil
}

func checkPage(p file.Page) error {
	if p == nil {
		return nil
	}
	n, most := int(p.NumValues()), maxPageValues
	if _, dictionary := p.(*file.DictionaryPage); dictionary {
		// Plain values but for booleans, which have no dictionary, take bytes.
		most = min(maxDictionary, len(p.Data())+1)
	}
	if n > most {
		return fmt.Errorf("a page of %d bytes announces %d values", len(p.Data()), n)
	}
	return nil
}
