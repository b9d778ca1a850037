package spool

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gisd/internal/filelock"
)

// segment is one file: the records from base up to the next segment's base.
type segment struct{ base int64 }

const (
	segmentSuffix = ".spool"
	positionFile  = "position"
	lockFile      = "lock"
)

func segmentPath(dir string, base int64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", base, segmentSuffix))
}

// lockFolder takes the folder for this process. The lock ends with the process,
// however that ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := filelock.Open(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	locked, err := filelock.Try(f, filelock.Exclusive)
	if locked {
		return f, nil
	}
	_ = f.Close()
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	return nil, ErrInUse
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// listSegments returns the segments of a folder, ascending.
func listSegments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("spool: read the folder: %w", err)
	}
	var found []segment
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		if !ok || len(digits) != 16 {
			continue
		}
		base, err := strconv.ParseInt(digits, 16, 64)
		if err != nil {
			continue
		}
		found = append(found, segment{base: base})
	}
	slices.SortFunc(found, func(a, b segment) int { return cmp.Compare(a.base, b.base) })
	return found, nil
}

// recover finds what is there: of the last segment everything up to its last whole
// record, of those before everything up to the next.
func (s *Spool) recover() error {
	var err error
	if s.segments, err = listSegments(s.cfg.Dir); err != nil {
		return err
	}
	s.drained = s.readPosition()
	if len(s.segments) == 0 {
		s.end = s.drained
		return nil
	}
	last := s.segments[len(s.segments)-1]
	data, err := os.ReadFile(segmentPath(s.cfg.Dir, last.base))
	if err != nil {
		return fmt.Errorf("spool: read the last segment: %w", err)
	}
	end, lost := lastFrame(data, s.table, last.base)
	if cut := len(data) - end; cut > 0 {
		s.cfg.Log.Warn("the end of the spool was not whole and is cut off", "bytes", cut, "unreadable_bytes", lost)
		if err := os.Truncate(segmentPath(s.cfg.Dir, last.base), int64(end)); err != nil {
			return fmt.Errorf("spool: cut the last segment: %w", err)
		}
	}
	s.end = last.base + int64(end)
	s.drained = max(s.drained, s.segments[0].base)
	if s.drained > s.end { // records were let go that are no longer there: go on behind them
		s.end = s.drained
	}
	s.dropDrained(0)
	return nil
}

// dropDrained removes the segments of which everything was let go, but for so many of
// the last.
func (s *Spool) dropDrained(keep int) {
	for len(s.segments) > keep && s.segmentEnd(0) <= s.drained {
		if err := os.Remove(segmentPath(s.cfg.Dir, s.segments[0].base)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.cfg.Log.Warn("a segment of the spool is not removed", "error", err)
			return
		}
		s.segments = slices.Delete(s.segments, 0, 1)
	}
}

// segmentEnd is the position behind the records of a segment.
func (s *Spool) segmentEnd(i int) int64 {
	if i+1 < len(s.segments) {
		return s.segments[i+1].base
	}
	return s.end
}

// readPosition reads how far records were let go, 0 where that is not known: what
// was read before a crash then comes again.
func (s *Spool) readPosition() int64 {
	text, err := os.ReadFile(filepath.Join(s.cfg.Dir, positionFile))
	if err != nil || len(text) != 12 || crc32.Checksum(text[:8], s.table) != binary.LittleEndian.Uint32(text[8:]) {
		return 0
	}
	return max(0, int64(binary.LittleEndian.Uint64(text)))
}

// writePosition need not reach the disk: an older one costs reading again.
func (s *Spool) writePosition(at int64) error {
	text := binary.LittleEndian.AppendUint64(nil, uint64(at))
	text = binary.LittleEndian.AppendUint32(text, crc32.Checksum(text, s.table))
	path := filepath.Join(s.cfg.Dir, positionFile)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
