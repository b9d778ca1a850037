package shapefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"gisd/spatial"
)

// maxFile is what programs that read Shapefiles can address in one file.
const maxFile = 1<<31 - 1

func errFull(what string) error {
	return &spatial.Error{Code: spatial.CodeTooLarge, Op: "shapefile: write",
		Message: "the " + what + " file would pass the 2 GB that a Shapefile may have; export fewer features (--bbox, --filter) or to GeoPackage"}
}

// shpFile writes a main file and its index side by side.
type shpFile struct {
	main, index    *os.File
	out, idx       *bufio.Writer
	kind           uint32
	size           int64 // of main
	records        int64
	minX, minY     float64
	maxX, maxY     float64
	minZ, maxZ     float64
	minM, maxM     float64
	record, offset []byte
}

func createShp(path string, kind uint32) (*shpFile, error) {
	inf := math.Inf(1)
	s := &shpFile{kind: kind, size: 100, minX: inf, minY: inf, maxX: -inf, maxY: -inf, minZ: inf, maxZ: -inf, minM: inf, maxM: -inf}
	var err error
	if s.main, err = os.Create(path + ".shp"); err != nil {
		return nil, fmt.Errorf("shapefile: write: %w", err)
	}
	if s.index, err = os.Create(path + ".shx"); err != nil {
		return nil, errors.Join(fmt.Errorf("shapefile: write: %w", err), s.main.Close())
	}
	s.out, s.idx = bufio.NewWriterSize(s.main, 256<<10), bufio.NewWriterSize(s.index, 64<<10)
	var head [100]byte
	_, err = s.out.Write(head[:])
	_, err2 := s.idx.Write(head[:])
	if err = errors.Join(err, err2); err != nil {
		return nil, errors.Join(fmt.Errorf("shapefile: write: %w", err), s.close())
	}
	return s, nil
}

// add writes the record that b has built, nil for a null shape.
func (s *shpFile) add(b *shapeBuilder, content []byte) error {
	if b == nil {
		content = []byte{0, 0, 0, 0}
	} else {
		s.minX, s.minY, s.maxX, s.maxY = min(s.minX, b.minX), min(s.minY, b.minY), max(s.maxX, b.maxX), max(s.maxY, b.maxY)
		s.minZ, s.maxZ = min(s.minZ, b.minZ), max(s.maxZ, b.maxZ)
		s.minM, s.maxM = min(s.minM, b.minM), max(s.maxM, b.maxM)
	}
	if s.size+8+int64(len(content)) > maxFile {
		return errFull(".shp")
	}
	s.records++
	s.record = binary.BigEndian.AppendUint32(s.record[:0], uint32(s.records))
	s.record = binary.BigEndian.AppendUint32(s.record, uint32(len(content)/2))
	s.offset = binary.BigEndian.AppendUint32(s.offset[:0], uint32(s.size/2))
	s.offset = binary.BigEndian.AppendUint32(s.offset, uint32(len(content)/2))
	s.size += 8 + int64(len(content))
	_, err := s.out.Write(s.record)
	_, err2 := s.out.Write(content)
	_, err3 := s.idx.Write(s.offset)
	if err = errors.Join(err, err2, err3); err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

// finish completes both headers (ESRI 1998 p. 4) and closes the files.
func (s *shpFile) finish() error {
	err := errors.Join(s.out.Flush(), s.idx.Flush())
	for _, f := range []struct {
		file *os.File
		size int64
	}{{s.main, s.size}, {s.index, 100 + 8*s.records}} {
		head := make([]byte, 100)
		binary.BigEndian.PutUint32(head, 9994)
		binary.BigEndian.PutUint32(head[24:], uint32(f.size/2))
		binary.LittleEndian.PutUint32(head[28:], 1000)
		binary.LittleEndian.PutUint32(head[32:], s.kind)
		for i, v := range [...]float64{s.minX, s.minY, s.maxX, s.maxY, s.minZ, s.maxZ, s.minM, s.maxM} {
			if math.IsInf(v, 0) {
				v = 0
			}
			binary.LittleEndian.PutUint64(head[36+8*i:], math.Float64bits(v))
		}
		_, werr := f.file.WriteAt(head, 0)
		err = errors.Join(err, werr)
	}
	if err = errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

func (s *shpFile) close() error { return errors.Join(s.main.Close(), s.index.Close()) }
