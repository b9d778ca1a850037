package negotiate

import (
	"net/http"
	"strconv"
	"strings"
)

// Coding returns the offered content coding that the caller prefers (RFC 9110
// §12.5.3), the one offered first among equals; "" is the plain representation,
// for callers that take no coding or weigh identity above all that is offered.
// At most eight may be offered.
func Coding(r *http.Request, offers ...string) string {
	const unnamed = -1.0
	var weights [8]float64
	for i := range offers {
		weights[i] = unnamed
	}
	identity, others := unnamed, 0.0
	for _, line := range r.Header["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			name, q := weighted(part)
			switch name {
			case "*":
				others = q
				continue
			case "identity":
				identity = q
				continue
			}
			for i, offer := range offers {
				if name == offer || name == "x-gzip" && offer == "gzip" {
					weights[i] = q
				}
			}
		}
	}
	found, best := "", 0.0
	for i, offer := range offers {
		if weights[i] == unnamed {
			weights[i] = others
		}
		if weights[i] > best {
			found, best = offer, weights[i]
		}
	}
	if identity > best {
		return ""
	}
	return found
}

// weighted reads one member of the list; a weight that cannot be read is none.
func weighted(part string) (name string, q float64) {
	name, params, _ := strings.Cut(part, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if params = strings.TrimSpace(params); params == "" {
		return name, 1
	}
	text, ok := strings.CutPrefix(strings.ToLower(params), "q=")
	if q, err := strconv.ParseFloat(text, 64); ok && err == nil && q >= 0 && q <= 1 {
		return name, q
	}
	return name, 0
}

// AcceptsGzip reports whether the caller takes gzip.
func AcceptsGzip(r *http.Request) bool { return Coding(r, "gzip") != "" }
