package pyramid

import (
	"github.com/prometheus/client_golang/prometheus"

	"gisd/tiles/generalise"
)

type metrics struct {
	answers struct{ memory, database, rows prometheus.Counter }
	damaged prometheus.Counter
	// by generalise.Step
	generalised [generalise.StepRank + 1]prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, s *Source) *metrics {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gisd_pyramid_tiles_total",
		Help: "Layers of zooms that have packed cells, by where they came from: a cell in memory, a cell read from the database, or rows.",
	}, []string{"from"})
	m := &metrics{damaged: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "gisd_pyramid_damaged_cells_total", Help: "Cells that could not be read; their tiles came from rows.",
	})}
	m.answers.memory = answers.WithLabelValues("memory")
	m.answers.database = answers.WithLabelValues("database")
	m.answers.rows = answers.WithLabelValues("rows")
	generalised := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gisd_tiles_generalised_total",
		Help: "Layers of zooms that have packed cells, by the last step that was taken to keep the byte budget of their zoom: none, attributes, vertices, dissolve, rank.",
	}, []string{"step"})
	for step := range m.generalised {
		m.generalised[step] = generalised.WithLabelValues(generalise.Step(step).String())
	}
	if reg == nil {
		return m
	}
	reg.MustRegister(answers, generalised, m.damaged,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gisd_pyramid_memory_bytes", Help: "Memory that hot cells take.",
		}, func() float64 { return float64(s.memory.bytes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gisd_pyramid_suspended_boxes", Help: "Edited boxes whose cells are not packed again yet.",
		}, func() float64 { return float64(s.suspended.count()) }))
	return m
}
