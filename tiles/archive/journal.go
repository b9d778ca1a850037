package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cespare/xxhash/v2"
)

// journal is the file beside an unfinished PMTiles archive that says what of it
// is complete. It is made of frames, each with its length and its hash in front,
// so that one that was cut off is known. The first holds the stamp of the export,
// every other a checkpoint:
//
//	the number of the next tile    8 bytes
//	the end of the tiles' data     8
//	records                        28 each: ID, offset, length, hash
type journal struct {
	file *os.File
	size int64 // of the frames that are whole
	open []record
}

// record is a tile of the archive; the offset is within its data.
type record struct {
	ID, Offset uint64
	Length     uint32
	Hash       uint64
}

const (
	recordSize = 28
	frameHead  = 12
	maxFrame   = 64 << 20
)

var errFrame = errors.New("archive: the journal ends here")

func (j *journal) append(payload []byte) error {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, frameHead+len(payload)), uint32(len(payload)))
	b = binary.LittleEndian.AppendUint64(b, xxhash.Sum64(payload))
	b = append(b, payload...)
	if _, err := j.file.WriteAt(b, j.size); err != nil {
		return writing(err)
	}
	j.size += int64(len(b))
	return writing(j.file.Sync())
}

// checkpoint writes the records since the last one.
func (j *journal) checkpoint(next, end uint64) error {
	b := make([]byte, 0, 16+recordSize*len(j.open))
	b = binary.LittleEndian.AppendUint64(b, next)
	b = binary.LittleEndian.AppendUint64(b, end)
	for _, r := range j.open {
		b = binary.LittleEndian.AppendUint64(b, r.ID)
		b = binary.LittleEndian.AppendUint64(b, r.Offset)
		b = binary.LittleEndian.AppendUint32(b, r.Length)
		b = binary.LittleEndian.AppendUint64(b, r.Hash)
	}
	if err := j.append(b); err != nil {
		return err
	}
	j.open = j.open[:0]
	return nil
}

// each reads the journal from its beginning, up to the first frame that is not
// whole, where it goes on to be written.
func (j *journal) each(stamp func([]byte) error, do func(next, end uint64) error, tile func(record)) error {
	r := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, 1<<62), 1<<16)
	j.size = 0
	for first := true; ; first = false {
		payload, err := readFrame(r)
		if errors.Is(err, errFrame) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("archive: read the journal: %w", err)
		}
		switch {
		case first:
			err = stamp(payload)
		case len(payload) < 16 || (len(payload)-16)%recordSize != 0:
			return nil
		default:
			err = do(binary.LittleEndian.Uint64(payload), binary.LittleEndian.Uint64(payload[8:]))
			for b := payload[16:]; err == nil && len(b) > 0; b = b[recordSize:] {
				tile(record{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint64(b[20:])})
			}
		}
		if err != nil {
			return err
		}
		j.size += int64(frameHead + len(payload))
	}
}

func readFrame(r io.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, ending(err)
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > maxFrame {
		return nil, errFrame
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, ending(err)
	}
	if xxhash.Sum64(payload) != binary.LittleEndian.Uint64(head[4:]) {
		return nil, errFrame
	}
	return payload, nil
}

func ending(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errFrame
	}
	return err
}
