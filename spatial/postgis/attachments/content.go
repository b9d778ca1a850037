package attachments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gisd/internal/sleep"
	"gisd/spatial/postgis"
)

// content reads an attachment part by part, each when it is come to.
type content struct {
	ctx  context.Context //nolint:containedctx // lives as long as one answer, as an io.Reader must
	db   *postgis.DB
	id   string
	size int64
	at   int64
	held int64 // number of the part that is in memory, -1 for none
	part []byte
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	number := c.at / partBytes
	if number != c.held {
		if err := c.db.Pool.QueryRow(c.ctx, queryPart, c.id, number).Scan(&c.part); err != nil {
			return 0, postgis.Wrap(c.ctx, "postgis: read part of an attachment", err)
		}
		c.held = number
	}
	offset := c.at % partBytes
	if offset >= int64(len(c.part)) {
		return 0, fmt.Errorf("postgis: attachment %s: %w", c.id, io.ErrUnexpectedEOF)
	}
	n := copy(p, c.part[offset:])
	c.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (c *content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("postgis: attachment: a place before its beginning")
	}
	c.at = offset
	return offset, nil
}

// What belonged to a feature that is gone is kept for a while, in case its deletion
// was a mistake.
const (
	keepGone   = 30 * 24 * time.Hour
	purgeEvery = time.Hour
)

// Run forgets what is gone for long, until the context ends; returns nil then.
func (s *Store) Run(ctx context.Context) error {
	for {
		if err := s.Purge(ctx); err != nil && ctx.Err() == nil {
			s.db.Log.WarnContext(ctx, "attachments of features that are gone are not forgotten", "error", err)
		}
		if sleep.For(ctx, purgeEvery) != nil {
			return nil
		}
	}
}

// Purge forgets attachments whose features have been gone for 30 days: deleted, or
// replaced by others under the same ids.
func (s *Store) Purge(ctx context.Context) error {
	const op = "postgis: forget attachments"
	if _, err := s.db.Pool.Exec(ctx, queryLost); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	_, err := s.db.Pool.Exec(ctx, queryPurge, keepGone)
	return postgis.Wrap(ctx, op, err)
}
