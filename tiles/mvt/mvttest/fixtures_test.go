package mvttest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles/mvt/mvttest"
)

// contradictory names the fixtures that another one with the opposite verdict
// equals in what matters.
var contradictory = map[string]string{
	"016": "byte for byte 003, which is invalid",
	"057": "a MoveTo of 536,870,911 positions with one behind it, as 051, which is invalid",
}

// TestFixtures judges mapbox/mvt-fixtures by their own verdict on version 2.
func TestFixtures(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join(testdata.Shared(t, "corpus/tiles/mvt-fixtures/fixtures"), "*"))
	if err != nil || len(dirs) < 70 {
		t.Fatalf("%d fixtures, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			var info struct {
				Description string
				Validity    struct{ V2 bool }
			}
			text, err := os.ReadFile(filepath.Join(dir, "info.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &info); err != nil {
				t.Fatal(err)
			}
			tile, err := os.ReadFile(filepath.Join(dir, "tile.mvt"))
			if err != nil {
				t.Fatal(err)
			}
			valid := info.Validity.V2
			if _, odd := contradictory[filepath.Base(dir)]; odd {
				valid = !valid
			}
			if _, err := mvttest.Check(tile); (err == nil) != valid {
				t.Errorf("judged %v; valid is %v: %s", err, info.Validity.V2, info.Description)
			}
		})
	}
}
