package postgis

import "time"

// OrNil is the value, or nil where it is not valid: null, to read and to write.
func OrNil[T any](value T, valid bool) any {
	if !valid {
		return nil
	}
	return value
}

// TimeOf reads null as the zero time.
func TimeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
