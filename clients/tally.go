package main

import (
	"fmt"
	"math"
)

// tally counts how often each feature was seen.
type tally []uint8

func newTally(n int) tally { return make(tally, numbers(n)+1) }

// see counts a feature; those that the writer adds beyond the numbers do not
// matter.
func (t tally) see(number int) {
	if number > 0 && number < len(t) && t[number] < math.MaxUint8 {
		t[number]++
	}
}

// verdict is how many of those that were there all along were seen, not seen, and
// seen more than once.
func (t tally) verdict() (seen, lost, doubled int) {
	for number := 1; number < len(t); number++ {
		switch {
		case !stays(number):
		case t[number] == 0:
			lost++
		case t[number] > 1:
			doubled++
			seen++
		default:
			seen++
		}
	}
	return seen, lost, doubled
}

// fault is an error unless each was seen once.
func (t tally) fault() error {
	if seen, lost, doubled := t.verdict(); lost+doubled > 0 {
		return fmt.Errorf("saw %d features, lost %d, doubled %d", seen, lost, doubled)
	}
	return nil
}
