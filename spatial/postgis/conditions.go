package postgis

import "gisd/spatial"

// Conditions are the time and the filter of a query as one condition on the
// alias t of the collection's table, with its arguments; their placeholders
// count from first on. Without either it is "true". Errors: invalid for a filter
// that does not fit the collection.
func Conditions(c *spatial.Collection, time *spatial.TimeRange, filter spatial.Filter, first int) (string, []any, error) {
	f, err := newFilter(c, spatial.Query{Time: time, Filter: filter})
	if err != nil {
		return "", nil, err
	}
	text, args := and(f.all()...).buildFrom(first)
	return text, args, nil
}
