package negotiate_test

import (
	"net/http"
	"testing"

	"gisd/api/negotiate"
)

func TestCoding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header []string
		want   string
	}{
		{"no header", nil, ""},
		{"empty", []string{""}, ""},
		{"one", []string{"gzip"}, "gzip"},
		{"the old name", []string{"x-gzip"}, "gzip"},
		{"the first offer of equals", []string{"gzip, deflate, br, zstd"}, "zstd"},
		{"in any case", []string{"GZIP"}, "gzip"},
		{"by weight", []string{"gzip;q=1.0, br;q=0.8, zstd;q=0.2"}, "gzip"},
		{"spaces", []string{" br ; q=0.9 , gzip ; q=0.3"}, "br"},
		{"several lines", []string{"gzip;q=0.5", "br"}, "br"},
		{"refused", []string{"zstd;q=0, br;q=0.000, gzip"}, "gzip"},
		{"any", []string{"*"}, "zstd"},
		{"any but", []string{"*, zstd;q=0"}, "br"},
		{"any, less", []string{"*;q=0.1, gzip;q=0.5"}, "gzip"},
		{"plain before", []string{"identity, gzip;q=0.5"}, ""},
		{"plain behind", []string{"identity;q=0.5, gzip"}, "gzip"},
		{"plain as much", []string{"identity, gzip"}, "gzip"},
		{"unknown", []string{"compress, sdch"}, ""},
		{"none at all", []string{"*;q=0"}, ""},
		{"a weight that is none", []string{"gzip;q=fast, br;q=2"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{Header: http.Header{}}
			if tt.header != nil {
				r.Header["Accept-Encoding"] = tt.header
			}
			if got := negotiate.Coding(r, "zstd", "br", "gzip"); got != tt.want {
				t.Errorf("= %q, want %q", got, tt.want)
			}
		})
	}
}
