package spatial

import "strconv"

// StatisticKind is what is worked out of the values that a property has.
type StatisticKind string

// The statistics. Features without the property take no part.
const (
	StatisticCount    StatisticKind = "count"
	StatisticSum      StatisticKind = "sum"
	StatisticMin      StatisticKind = "min"
	StatisticMax      StatisticKind = "max"
	StatisticAverage  StatisticKind = "avg"
	StatisticStdDev   StatisticKind = "stddev" // of a sample
	StatisticVariance StatisticKind = "var"    // of a sample
)

// Statistic is one of them over a property. Sums and what follows from them are of
// numbers alone, the least and the greatest of all but booleans and JSON.
type Statistic struct {
	Kind  StatisticKind
	Field Field
}

// Fits tells whether the property has such a statistic.
func (s Statistic) Fits() bool {
	switch s.Kind {
	case StatisticCount:
		return true
	case StatisticMin, StatisticMax:
		return s.Field.Type != FieldBoolean && s.Field.Type != FieldJSON
	case StatisticSum, StatisticAverage, StatisticStdDev, StatisticVariance:
		return s.Field.Type == FieldInteger || s.Field.Type == FieldNumber
	}
	return false
}

// Type is what the statistic is.
func (s Statistic) Type() FieldType {
	switch s.Kind {
	case StatisticCount:
		return FieldInteger
	case StatisticMin, StatisticMax:
		return s.Field.Type
	}
	return FieldNumber
}

// Summary asks for statistics of the features that match a query: one row for each
// combination of values that the groups have, one for all features without groups.
// Without statistics these are the distinct values.
type Summary struct {
	Groups     []Field // none of JSON
	Statistics []Statistic
	Having     Filter         // on the rows, whose properties are called SummaryColumn; nil for all rows
	Order      []SummaryOrder // then by the groups
	Limit      int
	Offset     int64
}

// SummaryColumn is what a condition on the rows calls a column: its place among groups,
// then statistics, from 0.
func SummaryColumn(i int) string { return "c" + strconv.Itoa(i) }

// Columns are the properties of the rows, under these names.
func (s Summary) Columns() []Field {
	var fields []Field
	for _, g := range s.Groups {
		fields = append(fields, Field{Type: g.Type})
	}
	for _, statistic := range s.Statistics {
		fields = append(fields, Field{Type: statistic.Type()})
	}
	for i := range fields {
		fields[i].Name, fields[i].Column = SummaryColumn(i), SummaryColumn(i)
	}
	return fields
}

// SummaryOrder sorts rows by a column: its place among groups, then statistics. What
// has no value comes last.
type SummaryOrder struct {
	Column     int
	Descending bool
}
