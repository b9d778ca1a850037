package attachments

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Features says whether a feature is there and the caller may see it.
type Features interface {
	Feature(ctx context.Context, c *spatial.Collection, id string, a spatial.Access) (*spatial.Feature, error)
}

// Config of a Store; zero members have the defaults that stand here.
type Config struct {
	MaxTotal   int64 // bytes of all attachments; 10 GiB
	MaxFeature int   // attachments of one feature; 200
}

// Store keeps attachments. What belongs to a feature is seen by whoever sees it, and
// changed by whoever may change the collection. Safe for use by many goroutines.
type Store struct {
	db       *postgis.DB
	features Features
	c        Config
}

// NewStore keeps them through the pool.
func NewStore(db *postgis.DB, features Features, c Config) *Store {
	if c.MaxTotal == 0 {
		c.MaxTotal = 10 << 30
	}
	if c.MaxFeature == 0 {
		c.MaxFeature = 200
	}
	return &Store{db, features, c}
}

const (
	partBytes    = 256 << 10
	noAttachment = "There is no such attachment."
)

// Attachments lists those of a feature, the oldest first. Errors: not_found for the
// collection and for the feature.
func (s *Store) Attachments(ctx context.Context, c *spatial.Collection, feature string, a spatial.Access) ([]spatial.Attachment, error) {
	if _, err := s.features.Feature(ctx, c, feature, a); err != nil {
		return nil, err
	}
	return s.Known(ctx, c, feature)
}

// Known is Attachments for a caller who has read the feature already.
func (s *Store) Known(ctx context.Context, c *spatial.Collection, feature string) ([]spatial.Attachment, error) {
	op := fmt.Sprintf("postgis: list attachments in %q", c.ID)
	rows, err := s.db.Pool.Query(ctx, queryList, c.ID, feature)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (spatial.Attachment, error) { return scan(row) })
	return list, postgis.Wrap(ctx, op, err)
}

func scan(row pgx.Row) (at spatial.Attachment, err error) {
	var sum []byte
	var taken *time.Time
	var lon, lat *float64
	err = row.Scan(&at.ID, &at.Name, &at.MediaType, &at.Bytes, &sum, &taken, &lon, &lat, &at.CreatedBy, &at.CreatedAt)
	copy(at.SHA256[:], sum)
	at.TakenAt, at.CreatedAt = postgis.TimeOf(taken), at.CreatedAt.UTC()
	if lon != nil && lat != nil {
		at.Place = &[2]float64{*lon, *lat}
	}
	return at, err
}

// Attachment returns one with its content, which is read as it is asked for and as
// long as the context lasts. Errors: not_found.
func (s *Store) Attachment(ctx context.Context, c *spatial.Collection, feature, id string, a spatial.Access) (*spatial.Attachment, io.ReadSeeker, error) {
	op := fmt.Sprintf("postgis: read attachment in %q", c.ID)
	if _, err := s.features.Feature(ctx, c, feature, a); err != nil {
		return nil, nil, err
	}
	at, err := scan(s.db.Pool.QueryRow(ctx, queryOne, c.ID, feature, id))
	if err != nil {
		return nil, nil, postgis.WrapAbsent(ctx, op, noAttachment, err)
	}
	return &at, &content{ctx: ctx, db: s.db, id: id, size: at.Bytes, held: -1}, nil
}

// Attach adds attachments to a feature, all or none. Errors: not_found, forbidden,
// too_large where the budget of the server or of the feature is used up.
func (s *Store) Attach(ctx context.Context, c *spatial.Collection, feature string, a spatial.Access, list []spatial.NewAttachment) ([]spatial.Attachment, error) {
	op := fmt.Sprintf("postgis: attach to a feature of %q", c.ID)
	if _, err := s.features.Feature(ctx, c, feature, a); err != nil {
		return nil, err
	}
	var added []spatial.Attachment
	err := s.change(ctx, op, c, a, func(tx pgx.Tx) error {
		if err := s.room(ctx, tx, c.ID, feature, list); err != nil {
			return err
		}
		for _, n := range list {
			at, err := add(ctx, tx, c.ID, feature, a, n)
			if err != nil {
				return err
			}
			if err := audit(ctx, tx, a, "attachment.add", c.ID, map[string]any{
				"feature": feature, "id": at.ID, "name": at.Name, "type": at.MediaType, "bytes": at.Bytes}); err != nil {
				return err
			}
			added = append(added, at)
		}
		return nil
	})
	return added, err
}

// room refuses what there is no room for.
func (s *Store) room(ctx context.Context, tx pgx.Tx, collection, feature string, list []spatial.NewAttachment) error {
	const op = "postgis: attach"
	if _, err := tx.Exec(ctx, queryLock); err != nil {
		return err
	}
	var total int64
	if err := tx.QueryRow(ctx, queryRoom).Scan(&total); err != nil {
		return err
	}
	var count int
	if err := tx.QueryRow(ctx, queryCount, collection, feature).Scan(&count); err != nil {
		return err
	}
	for _, n := range list {
		total += n.Bytes
	}
	switch {
	case total > s.c.MaxTotal:
		return &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: fmt.Sprintf("There is no room for more attachments: the server keeps %d MiB of them.", s.c.MaxTotal>>20)}
	case count+len(list) > s.c.MaxFeature:
		return &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: fmt.Sprintf("A feature has at most %d attachments.", s.c.MaxFeature)}
	}
	return nil
}

func add(ctx context.Context, tx pgx.Tx, collection, feature string, a spatial.Access, n spatial.NewAttachment) (spatial.Attachment, error) {
	at := n.Attachment
	raw := make([]byte, 12)
	if _, err := rand.Read(raw); err != nil {
		return at, fmt.Errorf("postgis: id of an attachment: %w", err)
	}
	at.ID, at.CreatedBy = base64.RawURLEncoding.EncodeToString(raw), a.Subject
	var lon, lat any
	if at.Place != nil {
		lon, lat = at.Place[0], at.Place[1]
	}
	err := tx.QueryRow(ctx, queryAdd, pgx.StrictNamedArgs{
		"id": at.ID, "collection": collection, "feature": feature, "name": at.Name, "media_type": at.MediaType, "bytes": at.Bytes,
		"sha256": at.SHA256[:], "taken_at": postgis.OrNil(at.TakenAt, !at.TakenAt.IsZero()), "lon": lon, "lat": lat, "created_by": a.Subject,
	}).Scan(&at.CreatedAt)
	if err != nil {
		return at, err
	}
	at.CreatedAt = at.CreatedAt.UTC()
	for number := 0; number*partBytes < len(n.Content); number++ {
		part := n.Content[number*partBytes : min((number+1)*partBytes, len(n.Content))]
		if _, err := tx.Exec(ctx, queryAddPart, at.ID, number, part); err != nil {
			return at, err
		}
	}
	return at, nil
}

// Detach takes an attachment away. Errors: not_found, forbidden.
func (s *Store) Detach(ctx context.Context, c *spatial.Collection, feature, id string, a spatial.Access) error {
	op := fmt.Sprintf("postgis: detach from a feature of %q", c.ID)
	if _, err := s.features.Feature(ctx, c, feature, a); err != nil {
		return err
	}
	return s.change(ctx, op, c, a, func(tx pgx.Tx) error {
		var name string
		var bytes int64
		if err := tx.QueryRow(ctx, queryDelete, c.ID, feature, id).Scan(&name, &bytes); err != nil {
			return postgis.WrapAbsent(ctx, op, noAttachment, err)
		}
		return audit(ctx, tx, a, "attachment.delete", c.ID, map[string]any{"feature": feature, "id": id, "name": name, "bytes": bytes})
	})
}

// change is one transaction for somebody who may change the collection now.
func (s *Store) change(ctx context.Context, op string, c *spatial.Collection, a spatial.Access, do func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		now := spatial.Collection{ID: c.ID}
		err := tx.QueryRow(ctx, queryCollection, c.ID).Scan(&now.Department, &now.Visibility, &now.Roles, &now.Published)
		switch {
		case err != nil:
			return postgis.WrapAbsent(ctx, op, "There is no such collection.", err)
		case !a.CanRead(&now):
			return spatial.NotFound(op, "There is no such collection.")
		case !a.CanEdit(&now):
			return &spatial.Error{Code: spatial.CodeForbidden, Op: op,
				Message: "only editors of the department that owns the collection, and admins, may do this"}
		}
		return do(tx)
	})
	return postgis.Wrap(ctx, op, err)
}

func audit(ctx context.Context, tx pgx.Tx, a spatial.Access, action, collection string, detail map[string]any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("postgis: audit: %w", err)
	}
	_, err = tx.Exec(ctx, queryAudit, a.Subject, action, collection, text)
	return err
}
