package outbox

import "time"

// Subscription is a webhook: it pushes the changes of a collection, or events and
// incidents, to an address.
type Subscription struct {
	ID         int64
	Collection string  // "" where it is of events and incidents
	Live       []Topic // of these two
	URL        string
	Secret     []byte // only where it is made
	Owner      string // name of the person whose rights decide what is sent; "" sends what anyone may read
	// Position is where the feed stands: all changes up to it were taken by the other
	// side, or lie among the dead letters.
	Position    uint64
	Trouble     string    // why its changes cannot be read, "" when they can
	Behind      time.Time // when the oldest change was made that it has not got; zero for none
	Waiting     int       // messages on their way
	Dead        int       // messages that were given up
	DeliveredAt time.Time // zero is never
	CreatedBy   string
	CreatedAt   time.Time
}

// Batch are changes in words, ready to be sent.
type Batch struct {
	Payload  []byte // nil where there is nothing to tell
	Position uint64 // the feed goes on behind it
	More     bool   // others follow already
}
