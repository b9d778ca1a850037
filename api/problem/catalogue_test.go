package problem_test

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"gisd/api/problem"
	"gisd/spatial"
)

// reachesNobody names files whose errors end on a terminal or in the log, and one
// whose texts take a way that is not followed: TestFiltersInVietnamese has them.
var reachesNobody = regexp.MustCompile(`/api/server\.go|/postgis/(import_|migrate|pool|publish|srs|demo)|/cql/check\.go`)

// Every text that packages below put into an error must be in the catalogue: a
// new message without its Vietnamese fails here.
func TestEveryMessageHasVietnamese(t *testing.T) {
	t.Parallel()
	found := collect(t, "../..", []string{
		"api", "api/auth", "api/crs", "api/imports", "api/live", "api/negotiate", "api/ogc", "api/styles", "api/tiles",
		"spatial", "spatial/cql", "spatial/crs", "spatial/live", "spatial/postgis",
		"importers/jobs",
		"tiles", "tiles/cache", "tiles/mvt", "tiles/postgis", "tiles/styles",
	}, reachesNobody)
	if len(found) < 180 {
		t.Errorf("only %d texts found: they are looked for in the wrong way", len(found))
	}
	for template, at := range found {
		filled := placeholder.ReplaceAllStringFunc(template, func(mark string) string { return "7" + mark[1:2] })
		got := problem.Say(filled, "vi")
		if got == filled {
			t.Errorf("%s: no Vietnamese for %q", at, template)
		}
		for i := range placeholder.FindAllString(template, -1) {
			if value := "7" + strconv.Itoa(i+1); !regexp.MustCompile(value).MatchString(got) {
				t.Errorf("%s: the Vietnamese of %q lacks value {%d}: %q", at, template, i+1, got)
			}
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ lang, text, want string }{
		{"vi", "One parameter is wrong.", "Có một tham số sai."},
		{"en", "One parameter is wrong.", "One parameter is wrong."},
		{"vi", "2 parameters are wrong.", "Có 2 tham số sai."},
		{"vi", "wants degrees from -90 to 90, not 95", "phải là số độ từ -90 đến 90, không phải 95"},
		{"vi", `wants a number in km/h, not "fast"`, `phải là một số tính bằng km/h, không phải "fast"`},
		{"vi", "The collection a\nb is named twice.", "Lớp dữ liệu a\nb được ghi hai lần."},
		{"vi", `"{2}" is not a property of {1}`, `"{2}" không phải là thuộc tính của {1}`},
		{
			"vi", "The position 1 2 lies outside the area of EPSG:9210 (longitude 3 to 4, latitude 5 to 6)." +
				" With x and y swapped it would lie inside: x is the easting or longitude.",
			"Vị trí 1 2 nằm ngoài vùng sử dụng của hệ EPSG:9210 (kinh độ 3 đến 4, vĩ độ 5 đến 6)." +
				" Nếu đổi chỗ x và y thì vị trí nằm trong vùng: x là toạ độ đông hoặc kinh độ.",
		},
		{"vi", "nobody has heard of this", "nobody has heard of this"},
		{"vi", "", ""},
	} {
		if got := problem.Say(test.text, test.lang); got != test.want {
			t.Errorf("%s: %q: got %q, want %q", test.lang, test.text, got, test.want)
		}
	}
}

func TestProblemInVietnamese(t *testing.T) {
	t.Parallel()
	fields := []spatial.FieldError{{Name: "limit", Reason: "must be a whole number from 1 to 10000"}}
	err := spatial.Invalid("op", "One parameter is wrong.", fields...)
	rec, doc := answer(t, err, http.Header{"Accept-Language": {"vi"}}, io.Discard)
	if doc.Detail != "Có một tham số sai." || doc.Errors[0].Reason != "phải là số nguyên từ 1 đến 10000" {
		t.Errorf("%+v", doc)
	}
	if got := rec.Header().Get("Content-Language"); got != "vi" {
		t.Errorf("Content-Language %q", got)
	}
	if fields[0].Reason != "must be a whole number from 1 to 10000" {
		t.Error("the error itself was changed")
	}
}

// Details are sentences, however the message was written.
func TestDetailIsASentence(t *testing.T) {
	t.Parallel()
	_, doc := answer(t, spatial.NotFound("op", "the database cannot be reached"), nil, io.Discard)
	if doc.Detail != "The database cannot be reached." {
		t.Errorf("got %q", doc.Detail)
	}
}
