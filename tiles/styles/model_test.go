package styles_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/tiles/styles"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		faults   []string // names, nil: accepted
		refused  bool     // without naming members
	}{
		{name: "nothing", in: ""},
		{name: "null", in: "null"},
		{name: "values of every type", in: `{"by":"n","categories":[{"value":1.5},{"value":true},{"value":"Đất"}]}`},
		{name: "unknown member", in: `{"colour":"#fff"}`, refused: true},
		{name: "no JSON", in: `{`, refused: true},
		{name: "a value that is a list", in: `{"by":"n","categories":[{"value":[1]}]}`, refused: true},
		{
			name: "every fault at once",
			in:   `{"kind":"blob","color":"red","opacity":2,"icon":"ufo","categories":[{"value":1,"color":"#12345"}]}`,
			faults: []string{
				"kind", "color", "icon", "opacity", "by", "categories/0/color",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := styles.Parse(json.RawMessage(tt.in))
			if tt.faults == nil && !tt.refused {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *spatial.Error
			if !errors.As(err, &e) || e.Code != spatial.CodeInvalid {
				t.Fatalf("got %v, want an invalid error", err)
			}
			var names []string
			for _, f := range e.Fields {
				names = append(names, f.Name)
			}
			if diff := cmp.Diff(tt.faults, names); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"kind":"line","color":"#abc","dash":[1,2],"arrows":true}`,
		`{"by":"x","categories":[{"value":"a","color":"#ffffff","label":{"vi":"A"}},{"value":3}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := styles.Parse(raw)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := styles.Parse(again)
		if err != nil {
			t.Fatalf("accepted %q, then refused %q: %v", raw, again, err)
		}
		third, err := json.Marshal(back)
		if err != nil || string(third) != string(again) {
			t.Fatalf("%q became %q", again, third)
		}
	})
}
