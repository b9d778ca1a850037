package encodings_test

import (
	"fmt"

	"gisd/importers/encodings"
)

func ExampleLookup() {
	for _, text := range []struct{ encoding, bytes string }{
		{"vni", "\xf1a\xe1t \xf4\xfb"},
		{"tcvn3", "\xae\xcat \xeb"},
		{"cp1258", "\xf0\xe2\xect"},
	} {
		d, _ := encodings.Lookup(text.encoding)
		fmt.Println(d.Name(), string(d.Append(nil, []byte(text.bytes))))
	}
	// Output:
	// vni đất ở
	// tcvn3 đất ở
	// windows-1258 đất
}
