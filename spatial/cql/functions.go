package cql

import (
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
)

// Signature is what a function beyond the standard's own operators takes and
// gives (OGC 21-065r2 §7.11).
type Signature struct {
	Name        string
	Description spatial.Text
	Args        []Argument
	Returns     Type
}

// Argument of a function.
type Argument struct {
	Name  string
	Types []Type
}

// Functions lists them by name. Lengths, areas and distances are in metres on the
// ellipsoid of WGS 84.
func Functions() []Signature {
	text := Argument{"text", []Type{TypeString}}
	number := Argument{"number", []Type{TypeNumber}}
	geometry := Argument{"geometry", []Type{TypeGeometry}}
	moment := Argument{"time", []Type{TypeDate, TypeTimestamp}}
	of := func(name string, returns Type, vi, en string, args ...Argument) Signature {
		return Signature{Name: name, Description: spatial.Text{VI: vi, EN: en}, Args: args, Returns: returns}
	}
	other := geometry
	other.Name = "other"
	return []Signature{
		of("abs", TypeNumber, "Giá trị tuyệt đối", "Absolute value", number),
		of("area", TypeNumber, "Diện tích, mét vuông", "Area in square metres", geometry),
		of("ceil", TypeNumber, "Số nguyên nhỏ nhất không nhỏ hơn", "The least whole number that is not less", number),
		of("char_length", TypeNumber, "Số ký tự", "Number of characters", text),
		of("distance", TypeNumber, "Khoảng cách, mét", "Distance in metres", geometry, other),
		of("dwithin", TypeBoolean, "Cách nhau không quá số mét", "No further apart than so many metres", geometry, other, Argument{"metres", []Type{TypeNumber}}),
		of("floor", TypeNumber, "Số nguyên lớn nhất không lớn hơn", "The greatest whole number that is not greater", number),
		of("length", TypeNumber, "Chiều dài đường, mét", "Length of lines in metres", geometry),
		of("lower", TypeString, "Chữ thường", "In lower case", text),
		of("month", TypeNumber, "Tháng, 1 đến 12", "Month from 1 to 12, in UTC", moment),
		of("now", TypeTimestamp, "Thời điểm của yêu cầu", "The moment of the request"),
		of("round", TypeNumber, "Làm tròn đến số nguyên", "The nearest whole number", number),
		of("upper", TypeString, "Chữ hoa", "In upper case", text),
		of("year", TypeNumber, "Năm", "Year, in UTC", moment),
	}
}

// FunctionNamed finds a function by its name in any case.
func FunctionNamed(name string) (Signature, bool) {
	all := Functions()
	i := slices.IndexFunc(all, func(s Signature) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return Signature{}, false
	}
	return all[i], true
}

func (c *checker) function(f Function) Type {
	s, ok := FunctionNamed(f.Name)
	switch {
	case !ok:
		c.fault("there is no function %s", strconv.Quote(f.Name))
		return typeUnknown
	case len(s.Args) != len(f.Args):
		c.fault("%s takes %d arguments, not %d", s.Name, len(s.Args), len(f.Args))
		return typeUnknown
	}
	for i, a := range f.Args {
		c.want(a, s.Args[i].Types...)
	}
	return s.Returns
}
