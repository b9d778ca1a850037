package dxf

// feature is what an entity becomes, raw: text is decoded when it is known in
// what. Its bytes belong to the entities it came from.
type feature struct {
	kind      string
	layer     []byte
	paper     bool
	hidden    bool
	color     color
	linetype  []byte
	handle    []byte
	text      rawText
	height    float64 // of text, 0 without
	rotation  float64 // of text or a block, degrees counter-clockwise
	turned    bool    // rotation is set
	block     []byte
	thickness float64
	attribs   []attribute
	xdata     *entity // whose groups hold it
	shape     shape
	tooLarge  bool // the entity was not read whole
}

// attribute is a value that an INSERT gives to its block.
type attribute struct {
	tag   []byte
	value rawText
}

// reset begins a feature of the entity.
func (f *feature) reset(kind string) {
	s := f.shape
	s.reset()
	*f = feature{kind: kind, shape: s}
}
