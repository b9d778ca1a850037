package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// attributeFault says what is wrong with the JSON text of a position's
// attributes, "" for nothing. No attributes at all are right.
func attributeFault(text json.RawMessage, maxBytes int) string {
	if len(text) == 0 {
		return ""
	}
	if len(text) > maxBytes {
		return fmt.Sprintf("are %d bytes; at most %d are kept", len(text), maxBytes)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return "want a JSON object"
	}
	if !utf8.Valid(text) {
		return "are not UTF-8"
	}
	if !finiteNumbers(text) {
		return "hold a number that is out of range"
	}
	// jsonb holds no NUL, and no half of a surrogate pair.
	if bytes.Contains(text, []byte(`\u`)) && unstorable(text) {
		return "hold a character that cannot be stored (U+0000 or half a surrogate pair)"
	}
	return ""
}

// finiteNumbers reports whether every number fits a float64; jsonb's numeric
// refuses exponents that JSON allows.
func finiteNumbers(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		switch _, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return false
		}
	}
}

// unstorable looks for escapes that PostgreSQL's jsonb refuses. encoding/json
// reads half a surrogate pair as U+FFFD, so the text itself is walked.
func unstorable(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if text[i+1] != 'u' || i+6 > len(text) {
			i++
			continue
		}
		digits := strings.ToLower(string(text[i+2 : i+6]))
		switch {
		case digits == "0000", isLowSurrogate(digits):
			return true
		case isHighSurrogate(digits):
			if i+12 > len(text) || text[i+6] != '\\' || text[i+7] != 'u' ||
				!isLowSurrogate(strings.ToLower(string(text[i+8:i+12]))) {
				return true
			}
			i += 6
		}
		i += 5
	}
	return false
}

func isHighSurrogate(digits string) bool {
	return digits[0] == 'd' && strings.IndexByte("89ab", digits[1]) >= 0
}

func isLowSurrogate(digits string) bool {
	return digits[0] == 'd' && strings.IndexByte("cdef", digits[1]) >= 0
}

// compact returns the text without white space and nil for null.
func compact(text json.RawMessage) json.RawMessage {
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, trimmed); err != nil {
		return text
	}
	return b.Bytes()
}
