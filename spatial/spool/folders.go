package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// maxFolders is how many processes may share a folder.
const maxFolders = 64

// OpenOne opens the first log below a folder that no other process has, 0, 1, …, and
// every other one that nobody has any more and that holds records: those of a process
// that is gone. Dir of the Config is the folder above them.
func OpenOne(cfg Config) (own *Spool, left []*Spool, err error) {
	parent := cfg.Dir
	defer func() {
		if err != nil {
			for _, s := range append(left, own) {
				if s != nil {
					s.Close()
				}
			}
			own, left = nil, nil
		}
	}()
	for i := range maxFolders {
		cfg.Dir = filepath.Join(parent, strconv.Itoa(i))
		if _, err := os.Stat(cfg.Dir); own != nil && err != nil {
			continue
		}
		s, err := Open(cfg)
		switch {
		case errors.Is(err, ErrInUse):
		case err != nil:
			return own, left, err
		case own == nil:
			own = s
		case s.Stats().Waiting > 0:
			left = append(left, s)
		default:
			s.Close()
		}
	}
	if own == nil {
		return nil, left, fmt.Errorf("spool: %d processes have a part of %s each, there is room for no other", maxFolders, parent)
	}
	return own, left, nil
}
