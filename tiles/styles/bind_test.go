package styles_test

import (
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/tiles/styles"
)

func TestBind(t *testing.T) {
	t.Parallel()
	c := &spatial.Collection{ID: "plan", Fields: []spatial.Field{
		{Name: "land_use"}, {Name: "Tên đường", Column: "ten_duong"}, {Name: "floors"},
	}}
	got, err := styles.Style{By: "LAND_USE", Label: "TEN_DUONG"}.Bind(c)
	if err != nil || got.By != "land_use" || got.Label != "Tên đường" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := (styles.Style{By: "gone"}).Bind(c); spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), "floors") {
		t.Errorf("%v, want invalid with the names that there are", err)
	}
}
