package live

// Message is what one message of a connection says.
type Message struct {
	// Identity names the device that speaks, from this message on; "" leaves it as
	// it was. A connection that carries fixes of many devices never names one: its
	// fixes do.
	Identity string
	Fixes    []Fix  // an empty Identity is the connection's
	Reply    []byte // what the device waits for, sent once the fixes are taken
	// Refusal is sent instead where the device is not approved or its fixes were
	// not taken, before the connection ends.
	Refusal []byte
}

// Conversation is a device protocol over one connection, or with one address
// over UDP. It does no I/O and belongs to one goroutine.
type Conversation interface {
	// Read takes the next message off the front of the data and says how many
	// bytes it took; 0 wants more. An error is the end of the connection: what
	// follows could not be told apart. It keeps nothing of the data.
	Read(data []byte) (n int, m Message, err error)
}
