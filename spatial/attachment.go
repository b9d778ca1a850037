package spatial

import "time"

// Attachment is a photo or a document that belongs to a feature.
type Attachment struct {
	ID        string
	Name      string // of the file, without folders
	MediaType string // by its content
	Bytes     int64
	SHA256    [32]byte
	// TakenAt is when a photo was taken, as its camera says; zero is not known.
	TakenAt time.Time
	// Place is where it was taken, lon and lat in degrees, SRID 4326; nil is not known.
	Place     *[2]float64
	CreatedBy string
	CreatedAt time.Time // UTC
}

// NewAttachment is one that is to be kept, with its content.
type NewAttachment struct {
	Attachment // without ID, CreatedBy, CreatedAt
	Content    []byte
}
