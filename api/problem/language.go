package problem

import (
	"net/http"

	"golang.org/x/text/language"
)

var languages = language.NewMatcher([]language.Tag{language.English, language.Vietnamese})

// Language returns "vi" or "en", whichever the Accept-Language header prefers;
// "en" without a preference.
func Language(r *http.Request) string {
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > 256 {
		return "en"
	}
	if _, index := language.MatchStrings(languages, header); index == 1 {
		return "vi"
	}
	return "en"
}
