package flatbuf_test

import (
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"

	"gisd/importers/flatbuf"
)

func sample() []byte {
	b := flatbuffers.NewBuilder(64)
	name := b.CreateString("a name")
	b.StartObject(4)
	b.PrependUOffsetTSlot(0, name, 0)
	b.PrependInt32Slot(2, -7, 0)
	child := b.EndObject()
	list := b.CreateVectorOfTables([]flatbuffers.UOffsetT{child, child})
	b.StartObject(4)
	b.PrependUOffsetTSlot(0, child, 0)
	b.PrependUOffsetTSlot(1, list, 0)
	b.PrependUint64Slot(3, 1<<40, 0)
	b.Finish(b.EndObject())
	return b.FinishedBytes()
}

// walk visits everything of a sample and says what it found.
func walk(raw []byte) (text string, number int32, big uint64, parts int, damaged bool) {
	var u flatbuf.Buffer
	t := u.Root(raw)
	c := t.Child(0)
	list := t.Children(1)
	for i := range list.Len() {
		if p := list.Get(i); p.Text(0) == "a name" {
			parts++
		}
	}
	return c.Text(0), c.Int32(2), t.Uint64(3), parts, u.Damaged
}

func TestRead(t *testing.T) {
	t.Parallel()
	text, number, big, parts, damaged := walk(sample())
	if text != "a name" || number != -7 || big != 1<<40 || parts != 2 || damaged {
		t.Errorf("read %q, %d, %d, %d parts, damaged %v", text, number, big, parts, damaged)
	}
	if _, _, _, _, damaged := walk(sample()[:20]); !damaged {
		t.Error("a buffer cut short passes")
	}
}

// FuzzRead: no bytes lead out of the buffer.
func FuzzRead(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(_ *testing.T, raw []byte) { walk(raw) })
}
