package jobs_test

import (
	"testing"

	"gisd/importers/jobs"
)

func TestSayFields(t *testing.T) {
	t.Parallel()
	const give = "use --mode replace, --all-layers, --swap-xy or --max-errors 5; not --reject"
	if got, want := jobs.SayFields(give), "use mode replace, allLayers, swapXY or maxErrors 5; not --reject"; got != want {
		t.Errorf("%q", got)
	}
}
