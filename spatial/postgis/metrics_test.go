package postgis_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/internal/fixture"
	"gisd/spatial/postgis"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	if err := postgis.RegisterMetrics(registry, s.DB, s.Catalogue); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			got[f.GetName()] += m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	if got["gisd_postgis_catalogue_generation"] != 1 || got["gisd_postgis_connections"] < 2 || got["gisd_postgis_acquires_total"] < 1 {
		t.Errorf("%v", got)
	}
}
